# Capacity control: CEN with rgb in the place of depth.
_base_ = '../cen/refinenet_r18_rooms.py'
model = dict(
    data_preprocessor=dict(
        mean=[123.675, 116.28, 103.53] * 2, std=[58.395, 57.12, 57.375] * 2),
    decode_head=dict(modalities=('rgb', 'rgb_again')))
pack = [
    dict(type='ConcatModalities', modalities=('rgb', 'rgb')),
    dict(type='PackSegInputs')
]
train_dataloader = dict(
    dataset=dict(
        pipeline=[*_base_.load, dict(type='RandomFlip', prob=0.5), *pack]))
val_dataloader = dict(dataset=dict(pipeline=[*_base_.load, *pack]))
test_dataloader = val_dataloader
