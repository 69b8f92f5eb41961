# Concatenation after every encoder layer, RGB and shade to normal, on rooms.
_base_ = '../cen/rgb-shade2normal_rooms.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(1, 2, 3, 4, 5, 6)))
default_hooks = dict(sparsity=dict(weight=0.))
