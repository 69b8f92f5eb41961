# Concatenation after encoder layer 4, RGB and edge to depth, on Taskonomy.
# Paper: Table 6, concatenation, middle, MAE / RMSE (x 0.1) 0.32 / 0.74
_base_ = './cen_rgb-edge2depth_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(4, )))
default_hooks = dict(sparsity=dict(weight=0.))
