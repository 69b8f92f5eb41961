# Alignment after every encoder layer, RGB and shade to normal, on Taskonomy.
# Paper: Table 6, alignment, all, MAE / RMSE (x 0.1) 1.52 / 3.25
_base_ = './cen_rgb-shade2normal_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(1, 2, 3, 4, 5, 6, 7, 8)))
default_hooks = dict(sparsity=dict(weight=0.))
