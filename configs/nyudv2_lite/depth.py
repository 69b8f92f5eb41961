# Depth alone: the same network, trained as CEN is.
_base_ = './rgb.py'
modalities = ('depth', )
model = dict(modalities=modalities)
pack = dict(type='PackModalities', modalities=modalities)
train_dataloader = dict(
    dataset=dict(pipeline=[*_base_.load, *_base_.augment, pack]))
val_dataloader = dict(dataset=dict(pipeline=[*_base_.load, pack]))
test_dataloader = val_dataloader
tta_pipeline = [
    *_base_.inputs,
    dict(
        type='TestTimeAug',
        transforms=[*_base_.views, [_base_.labels], [pack]])
]
