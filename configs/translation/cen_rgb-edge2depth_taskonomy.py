# CEN, RGB and edge to depth, on Taskonomy.
# Paper: Table 6, CEN, MAE / RMSE (x 0.1) 0.28 / 0.66
_base_ = './cen_shade-texture2rgb_taskonomy.py'
domains = dict(modalities=('rgb', 'edge_occlusion'), target='depth_euclidean')
model = domains
train_dataloader = dict(dataset=domains)
val_dataloader = dict(dataset=domains)
test_dataloader = val_dataloader
val_evaluator = [dict(type='StreamImageMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='MAE'))
