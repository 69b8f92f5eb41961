# Private scales and offsets, shared statistics, no exchange,
# shade, texture and depth to RGB.
# Paper: Table 9, unshared gamma and beta, FID / KID 92.25 / 4.02
_base_ = './cen_shade-texture-depth2rgb_taskonomy.py'
model = dict(
    generator=dict(
        norm_cfg=dict(private=('affine', )),
        exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
