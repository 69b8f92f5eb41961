# Concatenation after encoder layer 8, RGB and edge to depth, on Taskonomy.
# Paper: Table 6, concatenation, late, MAE / RMSE (x 0.1) 0.38 / 0.79
_base_ = './cen_rgb-edge2depth_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='ConcatFusion'),
        fused_layers=(8, )))
default_hooks = dict(sparsity=dict(weight=0.))
