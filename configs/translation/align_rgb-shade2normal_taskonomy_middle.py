# Alignment after encoder layer 4, RGB and shade to normal, on Taskonomy.
# Paper: Table 6, alignment, middle, MAE / RMSE (x 0.1) 1.39 / 2.93
_base_ = './cen_rgb-shade2normal_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
