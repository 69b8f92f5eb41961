# Self-attention after encoder layer 4, RGB and normal to shade, on Taskonomy.
# Paper: Table 6, self-attention, middle, MAE / RMSE (x 0.1) 1.15 / 1.73
_base_ = './cen_rgb-normal2shade_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
