# Self-attention after encoder layer 8, RGB and edge to depth, on Taskonomy.
# Paper: Table 6, self-attention, late, MAE / RMSE (x 0.1) 0.34 / 0.75
_base_ = './cen_rgb-edge2depth_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
