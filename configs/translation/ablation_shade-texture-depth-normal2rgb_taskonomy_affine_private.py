# Private scales and offsets, shared statistics, no exchange,
# shade, texture, depth and normal to RGB.
# Paper: Table 9, unshared gamma and beta, FID / KID 89.26 / 3.91
_base_ = './cen_shade-texture-depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        norm_cfg=dict(private=('affine', )),
        exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
