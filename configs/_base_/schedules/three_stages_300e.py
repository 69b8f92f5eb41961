# The official schedule: three stages of 100 epochs, SGD started anew in each.
# Encoder 5e-4, 2.5e-4, 1e-4; decoder 3e-3, 1.5e-3, 7e-4.
_base_ = '../default_runtime.py'

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=3e-3, momentum=0.9, weight_decay=1e-5),
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=1 / 6))))
default_hooks = dict(
    # The official lambda is 2e-4, but its code adds the L1 term once for each
    # of the 3 outputs (rgb, depth, ensemble). Here it counts once, so the
    # weight is 3 x 2e-4. The paper's text says 5e-3.
    sparsity=dict(type='SparsityHook', weight=6e-4, region='own'),
    stages=dict(
        type='StageHook',
        milestones=(100, 200),
        factors=dict(
            backbone=(1, 1 / 2, 1 / 5), decode_head=(1, 1 / 2, 7 / 30))))
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=300, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
# The rates are those of 6 images a step in all. On other totals scale them
# linearly with --auto-scale-lr: 8 GPUs x 6 images train at 8 times the rates.
auto_scale_lr = dict(enable=False, base_batch_size=6)
