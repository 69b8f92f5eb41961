# Self-attention after encoder layer 8, shade and texture to RGB, on Taskonomy.
# Paper: Table 4, self-attention, late, FID / KID 105.62* / 5.42*
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
