# Average after encoder layer 4, shade and texture to RGB, on Taskonomy.
# Paper: Table 4, average, middle, FID / KID 93.91* / 4.27*
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
