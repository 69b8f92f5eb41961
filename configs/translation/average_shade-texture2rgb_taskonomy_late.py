# Average after encoder layer 8, shade and texture to RGB, on Taskonomy.
# Paper: Table 4, average, late, FID / KID 126.74* / 7.10*
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AverageFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
