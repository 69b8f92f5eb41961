# Average after encoder layer 8, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, average, late, FID / KID 122.42* / 6.76*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
