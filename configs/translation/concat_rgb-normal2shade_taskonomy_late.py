# Concatenation after encoder layer 8, RGB and normal to shade, on Taskonomy.
# Paper: Table 6, concatenation, late, MAE / RMSE (x 0.1) 1.26 / 1.92
_base_ = './cen_rgb-normal2shade_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
