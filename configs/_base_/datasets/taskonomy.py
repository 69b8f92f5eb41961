# One building of Taskonomy: 1,000 training and 500 test views of 512 x 512.
# docs/data.md says where images and lists come from. Another task:
#     domains = dict(modalities=('rgb', 'reshading'), target='normal')
#     model = domains
#     train_dataloader = dict(dataset=domains)
#     val_dataloader = dict(dataset=domains)
#     test_dataloader = val_dataloader
_base_ = '../loaders/translation.py'
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
train_pipeline = [load, *augment, *_base_.pack]
test_pipeline = [load, resize, *_base_.pack]

train_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='train_domain.txt',
        **domains,
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='val_domain.txt',
        **domains,
        pipeline=test_pipeline))
test_dataloader = val_dataloader
