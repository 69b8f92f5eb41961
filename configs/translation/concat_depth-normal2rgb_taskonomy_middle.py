# Concatenation after encoder layer 4, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, concatenation, middle, FID / KID 100.29* / 3.37*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
