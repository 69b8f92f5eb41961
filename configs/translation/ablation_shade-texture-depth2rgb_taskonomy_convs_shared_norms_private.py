# Shared convolutions, private norms, no exchange,
# shade, texture and depth to RGB.
# Paper: Table 8, shared convs, unshared INs, FID / KID 84.39 / 3.45
_base_ = './cen_shade-texture-depth2rgb_taskonomy.py'
model = dict(generator=dict(exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
