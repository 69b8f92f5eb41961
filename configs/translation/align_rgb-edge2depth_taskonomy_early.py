# Alignment after encoder layer 1, RGB and edge to depth, on Taskonomy.
# Paper: Table 6, alignment, early, MAE / RMSE (x 0.1) 0.44 / 0.89
_base_ = './cen_rgb-edge2depth_taskonomy.py'
model = dict(
    generator=dict(
        exchange=None,
        fusion=dict(type='AlignFusion'),
        fused_layers=(1, )))
default_hooks = dict(sparsity=dict(weight=0.))
