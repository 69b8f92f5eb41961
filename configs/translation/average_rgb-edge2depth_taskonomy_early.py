# Average after encoder layer 1, RGB and edge to depth, on Taskonomy.
# Paper: Table 6, average, early, MAE / RMSE (x 0.1) 0.36 / 0.78
_base_ = './cen_rgb-edge2depth_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
