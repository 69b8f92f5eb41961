# RGB alone: the network of refinenet_r18_rooms with one stream.
_base_ = '../cen/refinenet_r18_rooms.py'
modalities = ('rgb', )
model = dict(
    data_preprocessor=dict(
        mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375]),
    backbone=dict(norm_cfg=dict(num_modalities=1)),
    decode_head=dict(modalities=modalities))
pack = [
    dict(type='ConcatModalities', modalities=modalities),
    dict(type='PackSegInputs')
]
train_dataloader = dict(
    dataset=dict(pipeline=[*_base_.load, *_base_.augment, *pack]))
val_dataloader = dict(dataset=dict(pipeline=[*_base_.load, *pack]))
test_dataloader = val_dataloader
tta_pipeline = [
    *_base_.inputs,
    dict(
        type='TestTimeAug',
        transforms=[
            *_base_.views, [_base_.labels], [pack[0]], [pack[1]]
        ])
]
# Nothing to exchange, and so nothing to penalise.
default_hooks = dict(sparsity=dict(weight=0.))
