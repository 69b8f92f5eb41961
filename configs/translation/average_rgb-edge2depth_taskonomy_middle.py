# Average after encoder layer 4, RGB and edge to depth, on Taskonomy.
# Paper: Table 6, average, middle, MAE / RMSE (x 0.1) 0.34 / 0.76
_base_ = './cen_rgb-edge2depth_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
