# Shared convolutions, private norms, no exchange,
# shade, texture, depth and normal to RGB.
# Paper: Table 8, shared convs, unshared INs, FID / KID 86.76 / 3.63
_base_ = './cen_shade-texture-depth-normal2rgb_taskonomy.py'
model = dict(generator=dict(exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
