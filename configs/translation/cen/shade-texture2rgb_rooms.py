# A small CEN, shade and texture to RGB, that learns rendered rooms at 64 x 64
# on two CPU cores in minutes.
_base_ = [
    '../../_base_/models/cen_unet256.py',
    '../../_base_/datasets/rooms_translation.py',
    '../../_base_/schedules/pix2pix_300e.py',
    '../../_base_/translation_runtime.py'
]
model = dict(
    generator=dict(
        base_channels=16,
        num_down=6,
        # As with the torch 1.0 of the official code; 2,000 steps would not
        # bring many gammas from 1 to the threshold.
        init_cfg=dict(type='Uniform', a=0., b=1., layer='PrivateNorm')),
    discriminator=dict(base_channels=16))
# For so few steps five times the rate and ten times the penalty.
optimizer = dict(lr=1e-3)
optim_wrapper = dict(
    generator=dict(optimizer=optimizer),
    discriminator=dict(optimizer=optimizer))
train_cfg = dict(max_epochs=10, val_interval=5)
val_evaluator = [dict(type='StreamImageMetric')]
# The weights of the FID Inception cannot be installed by pip, these can.
test_evaluator = [
    *val_evaluator,
    dict(
        type='StreamDistributionMetric',
        feature_net=dict(type='EfficientNetLite0'))
]
default_hooks = dict(
    checkpoint=dict(interval=1),
    sparsity=dict(weight=1e-2),
    visualization=dict(interval=dict(val=25, test=25)))
