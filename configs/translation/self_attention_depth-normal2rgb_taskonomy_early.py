# Self-attention after encoder layer 1, depth and normal to RGB, on Taskonomy.
# Paper: Table 4, self-attention, early, FID / KID 100.70* / 4.47*
_base_ = './cen_depth-normal2rgb_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
