# Loaders and evaluators of segmentation, and what pipelines share. A data set
# adds its type, folders, lists and pipelines.
labels = dict(type='LoadLabels')
# What is averaged with --tta.
views = [[
    dict(type='Resize', scale_factor=scale, keep_ratio=True)
    for scale in (0.5, 0.75, 1.0, 1.25, 1.5, 1.75)
], [dict(type='RandomFlip', prob=prob) for prob in (0., 1.)]]
train_dataloader = dict(
    batch_size=6,
    num_workers=4,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True))
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader
val_evaluator = dict(type='StreamIoUMetric', iou_metrics=['mIoU'])
test_evaluator = val_evaluator
tta_model = dict(type='StreamTTAModel')
