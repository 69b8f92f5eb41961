# Alignment after encoder layer 4, RGB and shade to normal, on rooms.
_base_ = '../cen/rgb-shade2normal_rooms.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
