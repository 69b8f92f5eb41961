# Loaders and evaluators of segmentation. A data set adds its type, folders,
# lists and pipelines.
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
