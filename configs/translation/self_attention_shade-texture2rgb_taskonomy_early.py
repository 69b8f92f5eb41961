# Self-attention after encoder layer 1, shade and texture to RGB, on Taskonomy.
# Paper: Table 4, self-attention, early, FID / KID 83.60* / 3.38*
_base_ = './cen_shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
