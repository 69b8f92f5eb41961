# Control for the capacity: CEN with rgb in the place of depth.
_base_ = '../cen/refinenet_r101_nyudv2.py'
modalities = ('rgb', 'rgb_again')
model = dict(
    modalities=modalities,
    data_preprocessor=dict(
        mean=dict(rgb_again=[123.675, 116.28, 103.53]),
        std=dict(rgb_again=[58.395, 57.12, 57.375])))
inputs = _base_.inputs[:1]
load = [*inputs, _base_.labels]
# Copied last, so that both streams see the same image.
pack = [
    dict(type='CopyRGB', modality='rgb_again'),
    dict(type='PackModalities', modalities=modalities)
]
train_dataloader = dict(
    dataset=dict(pipeline=[*load, *_base_.augment, *pack]))
val_dataloader = dict(dataset=dict(pipeline=[*load, *pack]))
test_dataloader = val_dataloader
tta_pipeline = [
    *inputs,
    dict(
        type='TestTimeAug',
        transforms=[*_base_.views, [_base_.labels], pack[:1], pack[1:]])
]
