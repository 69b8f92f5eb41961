# Shared convolutions, private norms, no exchange,
# shade, texture, depth and normal to RGB.
_base_ = '../cen/shade-texture-depth-normal2rgb_taskonomy.py'
model = dict(generator=dict(exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
