# Average after encoder layer 4, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, average, middle, FID / KID 104.95* / 4.98*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
