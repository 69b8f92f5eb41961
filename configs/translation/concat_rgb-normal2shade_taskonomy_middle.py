# Concatenation after encoder layer 4, RGB and normal to shade, on Taskonomy.
# Paper: Table 6, concatenation, middle, MAE / RMSE (x 0.1) 1.38 / 2.12
_base_ = './cen_rgb-normal2shade_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
