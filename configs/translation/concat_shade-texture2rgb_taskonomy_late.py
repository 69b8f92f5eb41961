# Concatenation after encoder layer 8, shade and texture to RGB, on Taskonomy.
# Paper: Table 4, concatenation, late, FID / KID 122.47* / 6.56*
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
