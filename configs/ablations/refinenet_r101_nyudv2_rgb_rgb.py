# Control for the capacity: CEN with rgb in the place of depth.
_base_ = '../cen/refinenet_r101_nyudv2.py'
model = dict(
    data_preprocessor=dict(
        mean=[123.675, 116.28, 103.53] * 2,
        std=[58.395, 57.12, 57.375] * 2),
    decode_head=dict(modalities=('rgb', 'rgb_again')))
inputs = _base_.inputs[:1]
load = [*inputs, _base_.labels]
pack = [
    dict(type='ConcatModalities', modalities=('rgb', 'rgb')),
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
