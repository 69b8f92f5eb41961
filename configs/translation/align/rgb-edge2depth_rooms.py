# Alignment after encoder layer 4, RGB and edge to depth, on rooms.
_base_ = '../cen/rgb-edge2depth_rooms.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
