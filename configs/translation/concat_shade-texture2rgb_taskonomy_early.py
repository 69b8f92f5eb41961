# Concatenation after encoder layer 1, shade and texture to RGB, on Taskonomy.
# Paper: Table 4, concatenation, early, FID / KID 87.46* / 3.64*
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
