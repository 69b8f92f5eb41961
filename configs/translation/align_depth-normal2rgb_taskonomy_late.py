# Alignment after encoder layer 8, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, alignment, late, FID / KID 105.85* / 4.98*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
