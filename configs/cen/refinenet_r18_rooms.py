# A small CEN RefineNet that learns the rendered rooms on two CPU cores.
# From scratch: statistics are learnt, and the rates are those of AdamW.
_base_ = [
    '../_base_/models/cen_refinenet_r50.py', '../_base_/datasets/rooms.py',
    '../_base_/default_runtime.py'
]
model = dict(
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        # RGB as for ImageNet; depth is in millimetres.
        mean=[123.675, 116.28, 103.53, 2500, 2500, 2500],
        std=[58.395, 57.12, 57.375, 1500, 1500, 1500],
        bgr_to_rgb=False,
        pad_val=0,
        seg_pad_val=255),
    backbone=dict(
        depth=18,
        stem_channels=32,
        base_channels=32,
        norm_eval=False,
        init_cfg=None),
    decode_head=dict(
        head=dict(
            in_channels=(32, 64, 128, 256),
            channels=32,
            num_classes=13,
            dropout_ratio=0.1)))
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=1e-2))
max_epochs = 12
param_scheduler = [
    dict(type='OneCycleLR', eta_max=2e-3, by_epoch=True, total_steps=max_epochs,
         convert_to_iter_based=True)
]
train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=max_epochs, val_interval=4)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
default_hooks = dict(
    sparsity=dict(type='SparsityHook', weight=1e-4, region='own'),
    checkpoint=dict(interval=1))
randomness = dict(seed=0)
