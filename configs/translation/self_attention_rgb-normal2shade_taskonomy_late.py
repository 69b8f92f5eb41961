# Self-attention after encoder layer 8, RGB and normal to shade, on Taskonomy.
# Paper: Table 6, self-attention, late, MAE / RMSE (x 0.1) 1.45 / 2.28
_base_ = './cen_rgb-normal2shade_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
