# CEN, RGB and edge to depth, on Taskonomy.
_base_ = './shade-texture2rgb_taskonomy.py'
domains = dict(modalities=('rgb', 'edge_occlusion'), target='depth_euclidean')
model = domains
train_dataloader = dict(dataset=domains)
val_dataloader = dict(dataset=domains)
test_dataloader = val_dataloader
val_evaluator = [dict(type='StreamImageMetric')]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='MAE'))
