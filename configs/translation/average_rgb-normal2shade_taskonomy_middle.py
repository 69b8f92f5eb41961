# Average after encoder layer 4, RGB and normal to shade, on Taskonomy.
# Paper: Table 6, average, middle, MAE / RMSE (x 0.1) 1.28 / 2.04
_base_ = './cen_rgb-normal2shade_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
