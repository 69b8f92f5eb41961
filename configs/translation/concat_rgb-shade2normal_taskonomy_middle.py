# Concatenation after encoder layer 4, RGB and shade to normal, on Taskonomy.
# Paper: Table 6, concatenation, middle, MAE / RMSE (x 0.1) 1.22 / 2.65
_base_ = './cen_rgb-shade2normal_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
