# Self-attention after encoder layer 4, shade and texture to RGB, on Taskonomy.
# Paper: Table 4, self-attention, middle, FID / KID 90.79* / 3.92*
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
