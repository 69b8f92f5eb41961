# Shared convolutions, private norms, no exchange,
# shade, texture and depth to RGB.
_base_ = '../cen/shade-texture-depth2rgb_taskonomy.py'
model = dict(generator=dict(exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
