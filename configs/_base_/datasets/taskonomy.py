# One building of Taskonomy: 1,000 training and 500 test views of 512 x 512.
# docs/data.md says where images and lists come from. Another task:
#     domains = dict(modalities=('rgb', 'reshading'), target='normal')
#     model = domains
#     train_dataloader = dict(dataset=domains)
#     val_dataloader = dict(dataset=domains)
#     test_dataloader = val_dataloader
dataset_type = 'TaskonomyDataset'
data_root = 'data/taskonomy-sample-model-1'
domains = dict(modalities=('reshading', 'edge_texture'), target='rgb')
size = (256, 256)
load = dict(
    type='LoadDomains',
    # Of the official code: the largest value of 16 bits, or its logarithm.
    scales=dict(
        depth_euclidean=dict(maximum=11.1, log=True),
        depth_zbuffer=dict(maximum=11.1, log=True),
        edge_occlusion=dict(maximum=11584),
        edge_texture=dict(maximum=11355)))
# Pillow's filter grows with the reduction, as in the official code.
resize = dict(
    type='Resize',
    keys=['img', 'gt_img'],
    scale=size,
    interpolation='bilinear',
    backend='pillow')
augment = [
    dict(resize, scale=(286, 286)),
    dict(type='FixedCrop', keys=['img', 'gt_img'], crop_size=size),
    # As the official code, which lets the x of normals as it is.
    dict(type='Flip', keys=['img', 'gt_img'], flip_ratio=0.5)
]
pack = [
    dict(type='StackDomains'),
    dict(
        type='PackInputs',
        keys='img',
        data_keys='gt_img',
        meta_keys=['name', 'modalities', 'target'])
]
train_pipeline = [load, *augment, *pack]
test_pipeline = [load, resize, *pack]

train_dataloader = dict(
    batch_size=1,
    num_workers=4,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='train_domain.txt',
        **domains,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='val_domain.txt',
        **domains,
        pipeline=test_pipeline))
test_dataloader = val_dataloader
