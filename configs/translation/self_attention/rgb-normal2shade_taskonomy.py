# Self-attention after every encoder layer, RGB and normal to shade,
# on Taskonomy.
_base_ = '../cen/rgb-normal2shade_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='SelfAttentionFusion'),
        fused_layers=(1, 2, 3, 4, 5, 6, 7, 8)))
default_hooks = dict(sparsity=dict(weight=0.))
