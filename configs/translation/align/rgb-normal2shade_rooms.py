# Alignment after encoder layer 4, RGB and normal to shade, on rooms.
_base_ = '../cen/rgb-normal2shade_rooms.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
