# Cityscapes with disparity, 19 classes, 2975 training and 500 validation
# images of 1024 x 2048. Labels by tools/dataset_converters/cityscapes.py.
_base_ = '../loaders/segmentation.py'
dataset_type = 'CityscapesRGBDDataset'
data_root = 'data/cityscapes'
# The paper says nothing on input and augmentation: both are our choice, with
# the augmentation that mmseg uses for Cityscapes.
crop_size = (512, 1024)
data_preprocessor = dict(
    type='MultimodalPreProcessor',
    # RGB as for ImageNet. A file holds 256 d + 1 for a disparity of d pixels
    # and 0 where there is none: (p - 1) / (256 * 32) is d in units of 32
    # pixels, and -1/8192, all but nothing, where there is none.
    mean=dict(rgb=[123.675, 116.28, 103.53], depth=1),
    std=dict(rgb=[58.395, 57.12, 57.375], depth=256 * 32),
    size=crop_size,
    pad_val=0,
    seg_pad_val=255)
# The second stream is called depth as in the other data sets, so that models
# need not know which one they are trained on.
inputs = [
    dict(type='LoadRGB'),
    dict(type='LoadModality', modality='depth')
]
load = [*inputs, _base_.labels]
pack = dict(type='PackModalities', modalities=('rgb', 'depth'))
augment = [
    # Disparity is moved but not rescaled with the image, as depth elsewhere.
    dict(
        type='RandomResize',
        scale=(2048, 1024),
        ratio_range=(0.5, 2.0),
        keep_ratio=True),
    dict(type='RandomCrop', crop_size=crop_size, cat_max_ratio=0.75),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion')  # of the colours alone
]
train_pipeline = [*load, *augment, pack]
test_pipeline = [*load, pack]
tta_pipeline = [
    *inputs,
    dict(
        type='TestTimeAug',
        transforms=[*_base_.views, [_base_.labels], [pack]])
]

train_dataloader = dict(
    batch_size=2,
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=dict(
            img_path='leftImg8bit/train',
            depth_path='disparity/train',
            seg_map_path='gtFine/train'),
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=dict(
            img_path='leftImg8bit/val',
            depth_path='disparity/val',
            seg_map_path='gtFine/val'),
        pipeline=test_pipeline))
test_dataloader = val_dataloader
