# Alignment after encoder layer 4, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, alignment, middle, FID / KID 108.92* / 5.26*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
