# CEN, depth, normal and texture to RGB, on Taskonomy.
_base_ = './shade-texture2rgb_taskonomy.py'
domains = dict(
    modalities=('depth_euclidean', 'normal', 'edge_texture'),
    target='rgb')
model = domains
train_dataloader = dict(dataset=domains)
val_dataloader = dict(dataset=domains)
test_dataloader = val_dataloader
