# rooms: 800 training and 200 validation images of 96 x 128, 13 classes.
# Rendered by tools/dataset_converters/rooms.py.
dataset_type = 'RoomsDataset'
data_root = 'data/rooms'
inputs = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadModality', modality='depth')
]
labels = dict(type='LoadLabels')
load = [*inputs, labels]
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
    dict(type='TestTimeAug', transforms=[*views, [labels], [pack]])
]
tta_model = dict(type='StreamTTAModel')

# What a sensor measures, with its noise and holes; the true depth lies in
# the folder depth.
data_prefix = dict(
    img_path='rgb', depth_path='sensor_depth', seg_map_path='label')
train_dataloader = dict(
    batch_size=4,
    num_workers=1,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='train.txt',
        data_prefix=data_prefix,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=1,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='val.txt',
        data_prefix=data_prefix,
        pipeline=test_pipeline))
test_dataloader = val_dataloader
val_evaluator = dict(type='StreamIoUMetric', iou_metrics=['mIoU'])
test_evaluator = val_evaluator
