# CEN on NYUDv2 at a quarter of the size, ours: EfficientNet-Lite0 of ImageNet
# and a light RefineNet. As in the paper: SGD, frozen statistics, three stages.
# A training takes about 15 minutes of one idle CPU core. docs/nyudv2.md
_base_ = '../cen/refinenet_lite0_nyudv2.py'
crop_size = (96, 128)
model = dict(
    data_preprocessor=dict(size=crop_size),
    decode_head=dict(light=True, norm_cfg=dict(type='BN')))
data_root = 'data/nyudv2_quarter'
augment = [
    dict(
        type='RandomScale',
        ratio_range=(0.5, 2.0),
        min_short_side=88,
        interpolation='bicubic'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCrop', crop_size=crop_size)
]
train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    dataset=dict(
        data_root=data_root,
        pipeline=[*_base_.load, *augment, _base_.pack]))
val_dataloader = dict(
    batch_size=6,
    num_workers=2,
    dataset=dict(data_root=data_root))
test_dataloader = val_dataloader

# The encoder has a tenth of the decoder's rate.
optim_wrapper = dict(
    optimizer=dict(lr=1e-2),
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.1))))
train_cfg = dict(max_epochs=15, val_interval=15)
default_hooks = dict(
    stages=dict(milestones=(5, 10)),
    # Over the whole training L1 alone drives a gamma by the weight times the
    # sum of the rates / (1 - momentum), here 0.5: of ImageNet's gammas 7 % of
    # a layer's are smaller.
    sparsity=dict(weight=6e-2))
