# Private statistics, shared scales and offsets, no exchange,
# shade, texture, depth and normal to RGB.
# Paper: Table 9, unshared mu and sigma, FID / KID 95.56 / 4.64
_base_ = './cen_shade-texture-depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        norm_cfg=dict(private=('stats', )),
        exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
