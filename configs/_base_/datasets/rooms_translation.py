# rooms: 800 training and 200 validation views of 96 x 128, seen at 64 x 64.
# Rendered by tools/dataset_converters/rooms.py. Another task is stated as in
# taskonomy.py.
_base_ = '../loaders/translation.py'
dataset_type = 'RoomsTranslationDataset'
data_root = 'data/rooms'
domains = dict(modalities=('reshading', 'edge_texture'), target='rgb')
size = (64, 64)
load = dict(
    type='LoadDomains',
    # Our choice. Depth is in mm, at most about 6.7 m, and linear, as the
    # logarithm would leave 50 steps. The strongest 1 % of edges is cut off.
    scales=dict(
        depth_zbuffer=dict(maximum=6700),
        sensor_depth=dict(maximum=6700),
        edge_occlusion=dict(maximum=32768),
        edge_texture=dict(maximum=32768)))
resize = dict(
    type='Resize',
    keys=['img', 'gt_img'],
    scale=size,
    interpolation='bilinear',
    backend='pillow')
augment = [
    dict(resize, scale=(72, 72)),
    dict(type='FixedCrop', keys=['img', 'gt_img'], crop_size=size),
    dict(type='Flip', keys=['img', 'gt_img'], flip_ratio=0.5)
]
train_pipeline = [load, *augment, *_base_.pack]
test_pipeline = [load, resize, *_base_.pack]

train_dataloader = dict(
    batch_size=4,
    num_workers=1,
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='train.txt',
        **domains,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=8,
    num_workers=1,
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='val.txt',
        **domains,
        pipeline=test_pipeline))
test_dataloader = val_dataloader
