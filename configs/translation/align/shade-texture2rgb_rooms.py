# Alignment after encoder layer 4, shade and texture to RGB, on rooms.
_base_ = '../cen/shade-texture2rgb_rooms.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
