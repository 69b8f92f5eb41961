# Control for the information: CEN with white noise in the place of depth.
_base_ = '../cen/refinenet_r18_rooms.py'
model = dict(
    data_preprocessor=dict(
        mean=[123.675, 116.28, 103.53, 0, 0, 0],
        std=[58.395, 57.12, 57.375, 1, 1, 1]),
    decode_head=dict(modalities=('rgb', 'noise')))
inputs = [*_base_.inputs[:1], dict(type='NoiseModality')]
load = [*inputs, _base_.labels]
pack = [
    dict(type='ConcatModalities', modalities=('rgb', 'noise')),
    dict(type='PackSegInputs')
]
train_dataloader = dict(
    dataset=dict(pipeline=[*load, *_base_.augment, *pack]))
val_dataloader = dict(dataset=dict(pipeline=[*load, *pack]))
test_dataloader = val_dataloader
tta_pipeline = [
    *inputs,
    dict(
        type='TestTimeAug',
        transforms=[
            *_base_.views, [_base_.labels], [pack[0]], [pack[1]]
        ])
]
