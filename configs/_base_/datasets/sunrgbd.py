# SUN RGB-D, 37 classes, 5285 training and 5050 test images of several sizes.
# Made by tools/dataset_converters/sunrgbd.py.
_base_ = '../loaders/segmentation.py'
dataset_type = 'SUNRGBDDataset'
data_root = 'data/sunrgbd'
# Our choice, as the official code for this data set does not run as shipped:
# the augmentation of NYUDv2 with the 480 x 480 of later work by its authors
# (TokenFusion), and depth in metres instead of stretched image by image.
crop_size = (480, 480)
data_preprocessor = dict(
    type='MultimodalPreProcessor',
    # RGB as for ImageNet; depth in units of 1000/1000 m = 1 m.
    mean=dict(rgb=[123.675, 116.28, 103.53], depth=0),
    std=dict(rgb=[58.395, 57.12, 57.375], depth=1000),
    size=crop_size,
    pad_val=0,
    seg_pad_val=255)
inputs = [
    dict(type='LoadRGB'),
    dict(type='LoadModality', modality='depth')
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
