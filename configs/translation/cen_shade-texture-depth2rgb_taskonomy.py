# CEN, shade, texture and depth to RGB, on Taskonomy.
# Paper: Table 8, CEN, FID / KID 58.35 / 1.42
_base_ = './cen_shade-texture2rgb_taskonomy.py'
domains = dict(
    modalities=('reshading', 'edge_texture', 'depth_euclidean'),
    target='rgb')
model = domains
train_dataloader = dict(dataset=domains)
val_dataloader = dict(dataset=domains)
test_dataloader = val_dataloader
