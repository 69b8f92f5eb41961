# Private statistics, shared scales and offsets, no exchange,
# shade, texture and depth to RGB.
# Paper: Table 9, unshared mu and sigma, FID / KID 96.30 / 4.41
_base_ = './cen_shade-texture-depth2rgb_taskonomy.py'
model = dict(
    generator=dict(
        norm_cfg=dict(private=('stats', )),
        exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
