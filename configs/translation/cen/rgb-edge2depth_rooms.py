# CEN, RGB and edge to depth, on rooms.
_base_ = './shade-texture2rgb_rooms.py'
domains = dict(modalities=('rgb', 'edge_occlusion'), target='depth_zbuffer')
model = domains
train_dataloader = dict(dataset=domains)
val_dataloader = dict(dataset=domains)
test_dataloader = val_dataloader
test_evaluator = [dict(type='StreamImageMetric')]
