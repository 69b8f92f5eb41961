# Concatenation after encoder layer 1, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, concatenation, early, FID / KID 105.17* / 5.15*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
