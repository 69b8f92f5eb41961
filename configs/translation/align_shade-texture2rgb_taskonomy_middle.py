# Alignment after encoder layer 4, shade and texture to RGB, on Taskonomy.
# Paper: Table 4, alignment, middle, FID / KID 95.52* / 4.75*
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
