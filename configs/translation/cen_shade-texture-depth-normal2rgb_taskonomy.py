# CEN, shade, texture, depth and normal to RGB, on Taskonomy.
# Paper: Tables 5 and 8, CEN, FID / KID 57.19 / 1.33
_base_ = './cen_shade-texture2rgb_taskonomy.py'
domains = dict(
    modalities=('reshading', 'edge_texture', 'depth_euclidean', 'normal'),
    target='rgb')
model = domains
train_dataloader = dict(dataset=domains)
val_dataloader = dict(dataset=domains)
test_dataloader = val_dataloader
