# The network of the weights cen_lite0_nyudv2: concatenation from the identity,
# at half of the size, trained with AdamW. docs/nyudv2.md
_base_ = './concat.py'
crop_size = (192, 256)
model = dict(
    data_preprocessor=dict(size=crop_size), fusion=dict(start='identity'))
data_root = 'data/nyudv2_half'
augment = [
    dict(
        type='RandomScale',
        ratio_range=(0.5, 2.0),
        min_short_side=176,
        interpolation='bicubic'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCrop', crop_size=crop_size)
]
train_dataloader = dict(
    dataset=dict(
        data_root=data_root,
        pipeline=[*_base_.load, *augment, _base_.pack]))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type='AdamW', lr=1e-3, weight_decay=1e-2))
