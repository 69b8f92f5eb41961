# Self-attention after encoder layer 8, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, self-attention, late, FID / KID 108.02* / 5.09*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
