# Three modalities: RGB, depth and normal. As in the official code, a flip does
# not change the sign of the normals.
_base_ = './refinenet_r18_rooms.py'
modalities = ('rgb', 'depth', 'normal')
model = dict(
    data_preprocessor=dict(
        mean=[*_base_.model.data_preprocessor.mean, 127.5, 127.5, 127.5],
        std=[*_base_.model.data_preprocessor.std, 127.5, 127.5, 127.5]),
    backbone=dict(norm_cfg=dict(num_modalities=3)),
    decode_head=dict(modalities=modalities))
inputs = [
    *_base_.inputs,
    dict(type='LoadModality', modality='normal', dtype='uint8')
]
load = [*inputs, _base_.labels]
pack = [
    dict(type='ConcatModalities', modalities=modalities),
    dict(type='PackSegInputs')
]
data_prefix = dict(normal_path='normal')
train_dataloader = dict(
    dataset=dict(
        data_prefix=data_prefix, pipeline=[*load, *_base_.augment, *pack]))
val_dataloader = dict(
    dataset=dict(data_prefix=data_prefix, pipeline=[*load, *pack]))
test_dataloader = val_dataloader
tta_pipeline = [
    *inputs,
    dict(
        type='TestTimeAug',
        transforms=[
            *_base_.views, [_base_.labels], [pack[0]], [pack[1]]
        ])
]
