# CEN, RGB and normal to shade, on rooms.
_base_ = './shade-texture2rgb_rooms.py'
domains = dict(modalities=('rgb', 'normal'), target='reshading')
model = domains
# No flip: it would have to turn the x of the normals.
train_dataloader = dict(
    dataset=dict(
        **domains,
        pipeline=[_base_.load, *_base_.augment[:2], *_base_.pack]))
val_dataloader = dict(dataset=domains)
test_dataloader = val_dataloader
test_evaluator = [dict(type='StreamImageMetric')]
