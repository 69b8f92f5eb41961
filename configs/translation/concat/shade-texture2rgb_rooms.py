# Concatenation after every encoder layer, shade and texture to RGB, on rooms.
_base_ = '../cen/shade-texture2rgb_rooms.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(1, 2, 3, 4, 5, 6)))
default_hooks = dict(sparsity=dict(weight=0.))
