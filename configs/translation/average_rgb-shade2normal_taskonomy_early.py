# Average after encoder layer 1, RGB and shade to normal, on Taskonomy.
# Paper: Table 6, average, early, MAE / RMSE (x 0.1) 1.42 / 3.05
_base_ = './cen_rgb-shade2normal_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
