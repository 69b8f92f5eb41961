# Alignment after encoder layer 8, RGB and shade to normal, on Taskonomy.
# Paper: Table 6, alignment, late, MAE / RMSE (x 0.1) 1.28 / 2.76
_base_ = './cen_rgb-shade2normal_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
