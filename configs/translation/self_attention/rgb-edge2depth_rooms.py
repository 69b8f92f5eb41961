# Self-attention after every encoder layer, RGB and edge to depth, on rooms.
_base_ = '../cen/rgb-edge2depth_rooms.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(1, 2, 3, 4, 5, 6)))
default_hooks = dict(sparsity=dict(weight=0.))
