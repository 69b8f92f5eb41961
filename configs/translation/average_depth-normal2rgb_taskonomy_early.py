# Average after encoder layer 1, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, average, early, FID / KID 109.25* / 5.50*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
