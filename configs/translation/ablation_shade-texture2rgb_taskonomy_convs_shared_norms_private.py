# Shared convolutions, private norms, no exchange, shade and texture to RGB.
# Paper: Table 8, shared convs, unshared INs, FID / KID 87.91 / 3.73
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(generator=dict(exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
