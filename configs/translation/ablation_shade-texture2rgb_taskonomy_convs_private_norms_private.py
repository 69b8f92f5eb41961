# Private convolutions, private norms, no exchange, shade and texture to RGB.
# Paper: Table 8, unshared convs, unshared INs, FID / KID 92.72 / 4.15
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        conv_cfg=dict(type='PrivateConv2d'),
        deconv_cfg=dict(type='PrivateConvTranspose2d'),
        exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
