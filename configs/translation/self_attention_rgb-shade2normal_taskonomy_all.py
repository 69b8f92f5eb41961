# Self-attention after every encoder layer, RGB and shade to normal,
# on Taskonomy.
# Paper: Table 6, self-attention, all, MAE / RMSE (x 0.1) 1.26 / 2.76
_base_ = './cen_rgb-shade2normal_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(1, 2, 3, 4, 5, 6, 7, 8)))
default_hooks = dict(sparsity=dict(weight=0.))
