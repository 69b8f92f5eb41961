# Three modalities: RGB, depth and normal. As in the official code, a flip does
# not change the sign of the normals.
_base_ = './refinenet_r18_rooms.py'
modalities = ('rgb', 'depth', 'normal')
model = dict(
    modalities=modalities,
    data_preprocessor=dict(
        mean=dict(normal=127.5), std=dict(normal=127.5)))
inputs = [
    *_base_.inputs,
    dict(type='LoadModality', modality='normal', dtype='uint8')
]
load = [*inputs, _base_.labels]
pack = dict(type='PackModalities', modalities=modalities)
data_prefix = dict(normal_path='normal')
train_dataloader = dict(
    dataset=dict(
        data_prefix=data_prefix, pipeline=[*load, *_base_.augment, pack]))
val_dataloader = dict(
    dataset=dict(data_prefix=data_prefix, pipeline=[*load, pack]))
test_dataloader = val_dataloader
tta_pipeline = [
    *inputs,
    dict(
        type='TestTimeAug',
        transforms=[*_base_.views, [_base_.labels], [pack]])
]
