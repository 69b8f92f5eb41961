# A small CEN that learns shade and texture to RGB on rendered rooms, at
# 64 x 64 on two CPU cores in minutes.
_base_ = [
    '../_base_/models/cen_unet256.py',
    '../_base_/datasets/rooms_translation.py',
    '../_base_/schedules/pix2pix_300e.py', '../_base_/translation_runtime.py'
]
model = dict(
    generator=dict(
        base_channels=16,
        num_down=6,
        # As under the official code's torch 1.0: so few steps at this rate
        # would not bring a gamma from 1 to the threshold.
        init_cfg=dict(type='Uniform', a=0., b=1., layer='PrivateIN')),
    discriminator=dict(base_channels=16))
train_cfg = dict(max_epochs=10, val_interval=5)
# The FID Inception cannot be installed by pip; this net can.
val_evaluator = [
    dict(type='StreamImageMetric'),
    dict(
        type='StreamDistributionMetric',
        feature_net=dict(type='EfficientNetLite0'))
]
test_evaluator = val_evaluator
default_hooks = dict(
    checkpoint=dict(interval=1), visualization=dict(interval=dict(val=25, test=25)))
