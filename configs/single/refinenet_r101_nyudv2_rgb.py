# RGB alone: a plain RefineNet-101, trained as CEN is.
_base_ = '../cen/refinenet_r101_nyudv2.py'
model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375]),
    backbone=dict(
        _delete_=True,
        type='ResNet',
        depth=101,
        norm_eval=True,
        init_cfg=dict(
            type='Pretrained', checkpoint='torchvision://resnet101')),
    decode_head=dict(_delete_=True, **_base_.model.decode_head.head))
pack = [
    dict(type='ConcatModalities', modalities=('rgb', )),
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
default_hooks = dict(sparsity=dict(weight=0.))  # nothing is exchanged
