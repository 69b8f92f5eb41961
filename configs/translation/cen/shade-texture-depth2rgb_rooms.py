# CEN, shade, texture and depth to RGB, on rooms.
_base_ = './shade-texture2rgb_rooms.py'
domains = dict(
    modalities=('reshading', 'edge_texture', 'depth_zbuffer'), target='rgb')
model = domains
train_dataloader = dict(dataset=domains)
val_dataloader = dict(dataset=domains)
test_dataloader = val_dataloader
