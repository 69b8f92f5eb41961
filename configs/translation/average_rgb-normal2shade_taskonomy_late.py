# Average after encoder layer 8, RGB and normal to shade, on Taskonomy.
# Paper: Table 6, average, late, MAE / RMSE (x 0.1) 1.51 / 2.39
_base_ = './cen_rgb-normal2shade_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
