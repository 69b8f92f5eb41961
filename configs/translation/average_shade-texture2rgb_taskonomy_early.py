# Average after encoder layer 1, shade and texture to RGB, on Taskonomy.
# Paper: Table 4, average, early, FID / KID 93.72* / 4.22*
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
