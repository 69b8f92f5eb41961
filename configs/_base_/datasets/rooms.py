# rooms: 800 training and 200 validation images of 96 x 128, 13 classes.
# Rendered by tools/dataset_converters/rooms.py.
_base_ = '../loaders/segmentation.py'
dataset_type = 'RoomsDataset'
data_root = 'data/rooms'
inputs = [
    dict(type='LoadRGB'),
    dict(type='LoadModality', modality='depth')
]
load = [*inputs, _base_.labels]
pack = dict(type='PackModalities', modalities=('rgb', 'depth'))
augment = [dict(type='RandomFlip', prob=0.5)]
train_pipeline = [*load, *augment, pack]
test_pipeline = [*load, pack]
views = [[
    dict(type='Resize', scale_factor=scale, keep_ratio=True)
    for scale in (0.75, 1.0, 1.25)
], [dict(type='RandomFlip', prob=prob) for prob in (0., 1.)]]
tta_pipeline = [
    *inputs,
    dict(type='TestTimeAug', transforms=[*views, [_base_.labels], [pack]])
]

# What a sensor measures, with its noise and holes; the true depth lies in
# the folder depth.
data_prefix = dict(
    img_path='rgb', depth_path='sensor_depth', seg_map_path='label')
train_dataloader = dict(
    batch_size=4,
    num_workers=1,
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='train.txt',
        data_prefix=data_prefix,
        pipeline=train_pipeline))
val_dataloader = dict(
    num_workers=1,
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='val.txt',
        data_prefix=data_prefix,
        pipeline=test_pipeline))
test_dataloader = val_dataloader
