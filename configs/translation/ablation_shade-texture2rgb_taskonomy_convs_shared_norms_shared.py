# Shared convolutions, shared norms, no exchange, shade and texture to RGB.
# Paper: Table 8, shared convs, shared INs, FID / KID 96.31 / 4.36
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        norm_cfg=dict(private=()),
        exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
