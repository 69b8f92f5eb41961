# Four modalities: RGB, depth, normal and shading.
_base_ = './refinenet_r18_rooms_rgb_depth_normal.py'
modalities = ('rgb', 'depth', 'normal', 'shading')
model = dict(
    modalities=modalities,
    data_preprocessor=dict(
        mean=dict(shading=127.5), std=dict(shading=127.5)))
inputs = [
    *_base_.inputs,
    dict(type='LoadModality', modality='shading', dtype='uint8')
]
load = [*inputs, _base_.labels]
pack = dict(type='PackModalities', modalities=modalities)
data_prefix = dict(shading_path='reshading')
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
