# Alignment after encoder layer 1, RGB and normal to shade, on Taskonomy.
# Paper: Table 6, alignment, early, MAE / RMSE (x 0.1) 1.39 / 2.26
_base_ = './cen_rgb-normal2shade_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
