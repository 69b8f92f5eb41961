# Loaders of image translation, and the end of every pipeline. A data set adds
# its type, folders, lists and pipelines.
pack = [
    dict(type='StackDomains'),
    dict(
        type='PackInputs',
        keys='img',
        data_keys='gt_img',
        meta_keys=['name', 'modalities', 'target'])
]
train_dataloader = dict(
    batch_size=1,
    num_workers=4,
    sampler=dict(type='DefaultSampler', shuffle=True))
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader
