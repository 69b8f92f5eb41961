# Self-attention after encoder layer 4, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, self-attention, middle, FID / KID 98.63* / 4.35*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
