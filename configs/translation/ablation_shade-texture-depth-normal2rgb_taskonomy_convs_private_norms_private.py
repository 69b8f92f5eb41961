# Private convolutions, private norms, no exchange,
# shade, texture, depth and normal to RGB.
# Paper: Table 8, unshared convs, unshared INs, FID / KID 89.52 / 3.80
_base_ = './cen_shade-texture-depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        conv_cfg=dict(type='PrivateConv2d'),
        deconv_cfg=dict(type='PrivateConvTranspose2d'),
        exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
