# NYU Depth v2, 40 classes, 795 training and 654 test images of 468 x 625.
# Made by tools/dataset_converters/nyudv2.py.
_base_ = '../loaders/segmentation.py'
dataset_type = 'NYUDv2Dataset'
data_root = 'data/nyudv2'
crop_size = (500, 500)
data_preprocessor = dict(
    type='MultimodalPreProcessor',
    # RGB as for ImageNet; depth in units of 5000/5000 m = 1 m.
    mean=dict(rgb=[123.675, 116.28, 103.53], depth=0),
    std=dict(rgb=[58.395, 57.12, 57.375], depth=5000),
    size=crop_size,
    pad_val=0,
    seg_pad_val=255)
inputs = [
    dict(type='LoadRGB'),
    # The depth of the authors' folder is not cut to 468 x 625 yet.
    dict(type='LoadModality', modality='depth', centre_crop=True)
]
load = [*inputs, _base_.labels]
pack = dict(type='PackModalities', modalities=('rgb', 'depth'))
augment = [
    dict(
        type='RandomScale',
        ratio_range=(0.5, 2.0),
        min_short_side=350,
        interpolation='bicubic'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCrop', crop_size=crop_size)
]
train_pipeline = [*load, *augment, pack]
test_pipeline = [*load, pack]
tta_pipeline = [
    *inputs,
    dict(
        type='TestTimeAug',
        transforms=[*_base_.views, [_base_.labels], [pack]])
]

data_prefix = dict(img_path='rgb', depth_path='depth', seg_map_path='masks')
train_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='train.txt',
        data_prefix=data_prefix,
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='val.txt',
        data_prefix=data_prefix,
        pipeline=test_pipeline))
test_dataloader = val_dataloader
