# Control for the information: CEN with white noise in the place of depth.
_base_ = '../cen/refinenet_r18_rooms.py'
modalities = ('rgb', 'noise')
model = dict(
    modalities=modalities,
    data_preprocessor=dict(mean=dict(noise=0), std=dict(noise=1)))
inputs = [*_base_.inputs[:1], dict(type='NoiseModality')]
load = [*inputs, _base_.labels]
pack = dict(type='PackModalities', modalities=modalities)
train_dataloader = dict(
    dataset=dict(pipeline=[*load, *_base_.augment, pack]))
val_dataloader = dict(dataset=dict(pipeline=[*load, pack]))
test_dataloader = val_dataloader
tta_pipeline = [
    *inputs,
    dict(
        type='TestTimeAug',
        transforms=[*_base_.views, [_base_.labels], [pack]])
]
