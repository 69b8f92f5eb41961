# Shared convolutions, shared norms, no exchange,
# shade, texture, depth and normal to RGB.
# Paper: Table 8, shared convs, shared INs, FID / KID 102.78 / 4.67
_base_ = './cen_shade-texture-depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        norm_cfg=dict(private=()),
        exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
