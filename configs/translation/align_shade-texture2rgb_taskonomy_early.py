# Alignment after encoder layer 1, shade and texture to RGB, on Taskonomy.
# Paper: Table 4, alignment, early, FID / KID 99.68* / 4.93*
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
