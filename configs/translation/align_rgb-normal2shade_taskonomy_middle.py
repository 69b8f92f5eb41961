# Alignment after encoder layer 4, RGB and normal to shade, on Taskonomy.
# Paper: Table 6, alignment, middle, MAE / RMSE (x 0.1) 1.32 / 2.16
_base_ = './cen_rgb-normal2shade_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
