# Concatenation after encoder layer 8, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, concatenation, late, FID / KID 116.51* / 5.74*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
