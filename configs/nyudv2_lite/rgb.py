# RGB alone: the same network, trained as CEN is.
_base_ = './cen.py'
modalities = ('rgb', )
model = dict(modalities=modalities, exchange=None)
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
default_hooks = dict(sparsity=dict(weight=0.))  # nothing is exchanged
