# Alignment after encoder layer 8, shade and texture to RGB, on Taskonomy.
# Paper: Table 4, alignment, late, FID / KID 98.33* / 4.70*
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
