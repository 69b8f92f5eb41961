# Alignment after every encoder layer, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, alignment, all, FID / KID 105.03 / 4.91
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(1, 2, 3, 4, 5, 6, 7, 8)))
default_hooks = dict(sparsity=dict(weight=0.))
