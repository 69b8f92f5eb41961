# Concatenation after encoder layer 1, RGB and normal to shade, on Taskonomy.
# Paper: Table 6, concatenation, early, MAE / RMSE (x 0.1) 1.56 / 2.45
_base_ = './cen_rgb-normal2shade_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
