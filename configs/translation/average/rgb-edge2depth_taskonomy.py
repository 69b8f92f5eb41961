# Average after every encoder layer, RGB and edge to depth, on Taskonomy.
_base_ = '../cen/rgb-edge2depth_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(1, 2, 3, 4, 5, 6, 7, 8)))
default_hooks = dict(sparsity=dict(weight=0.))
