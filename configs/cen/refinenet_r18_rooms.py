# A small CEN RefineNet that learns the rendered rooms on two CPU cores in
# minutes. From scratch: the statistics are learnt too, the optimiser is AdamW.
_base_ = [
    '../_base_/models/cen_refinenet_r50.py', '../_base_/datasets/rooms.py',
    '../_base_/default_runtime.py'
]
model = dict(
    data_preprocessor=dict(
        type='MultimodalPreProcessor',
        # RGB as for ImageNet; depth is in millimetres.
        mean=dict(rgb=[123.675, 116.28, 103.53], depth=2500),
        std=dict(rgb=[58.395, 57.12, 57.375], depth=1500),
        size=(96, 128)),
    # A basic block has two 3x3 convolutions.
    exchange=dict(norms=r'layer\d\.\d+\.bn[12]'),
    backbone=dict(
        depth=18,
        stem_channels=16,
        base_channels=16,
        norm_eval=False,
        # Else all channels behind the last norm of a block would start
        # exchanged.
        zero_init_residual=False,
        init_cfg=None),
    decode_head=dict(
        in_channels=(16, 32, 64, 128),
        channels=24,
        num_classes=13,
        dropout_ratio=0.1))
max_epochs = 5
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=3e-3, weight_decay=1e-3))
param_scheduler = dict(
    type='OneCycleLR',
    eta_max=3e-3,
    total_steps=max_epochs,
    pct_start=0.2,
    convert_to_iter_based=True)
train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=max_epochs, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
default_hooks = dict(
    logger=dict(interval=50),
    checkpoint=dict(interval=1),
    sparsity=dict(type='SparsityHook', weight=1e-3, region='own'))
randomness = dict(seed=0)
