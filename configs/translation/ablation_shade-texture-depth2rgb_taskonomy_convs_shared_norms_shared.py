# Shared convolutions, shared norms, no exchange,
# shade, texture and depth to RGB.
# Paper: Table 8, shared convs, shared INs, FID / KID 100.41 / 4.73
_base_ = './cen_shade-texture-depth2rgb_taskonomy.py'
model = dict(
    generator=dict(
        norm_cfg=dict(private=()),
        exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
