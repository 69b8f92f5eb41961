# Alignment after encoder layer 1, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, alignment, early, FID / KID 111.65* / 5.53*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
