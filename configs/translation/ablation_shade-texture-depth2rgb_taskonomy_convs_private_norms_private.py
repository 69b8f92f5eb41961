# Private convolutions, private norms, no exchange,
# shade, texture and depth to RGB.
# Paper: Table 8, unshared convs, unshared INs, FID / KID 91.30 / 3.92
_base_ = './cen_shade-texture-depth2rgb_taskonomy.py'
model = dict(
    generator=dict(
        conv_cfg=dict(type='PrivateConv2d'),
        deconv_cfg=dict(type='PrivateConvTranspose2d'),
        exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
