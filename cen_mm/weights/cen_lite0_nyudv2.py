auto_scale_lr = dict(base_batch_size=6, enable=False)
custom_imports = dict(
    allow_failed_imports=False, imports=[
        'cen_mm',
    ])
default_hooks = dict(
    channels=dict(type='ChannelsHook'),
    checkpoint=dict(
        backend_args=dict(backend='atomic'),
        interval=5,
        max_keep_ckpts=2,
        save_best='mIoU',
        type='CheckpointHook'),
    classes=dict(type='ClassesHook'),
    epoch_seed=dict(type='EpochSeedHook'),
    finite=dict(type='FiniteWeightsHook'),
    logger=dict(interval=20, log_metric_by_epoch=True, type='LoggerHook'),
    param_scheduler=dict(type='ParamSchedulerHook'),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    sparsity=dict(region='own', type='SparsityHook', weight=0.0),
    stages=dict(
        factors=dict(
            backbone=(
                1,
                0.5,
                0.2,
            ),
            decode_head=(
                1,
                0.5,
                0.23333333333333334,
            )),
        milestones=(
            5,
            10,
        ),
        type='StageHook'),
    timer=dict(type='IterTimerHook'),
    visualization=dict(type='SegVisualizationHook'))
default_scope = 'mmseg'
env_cfg = dict(
    cudnn_benchmark=True,
    dist_cfg=dict(backend='nccl'),
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0))
log_level = 'INFO'
log_processor = dict(by_epoch=True)
model = dict(
    backbone=dict(
        features_only=True,
        init_cfg=None,
        model_name='tf_efficientnet_lite0',
        pretrained=False,
        type='TIMMBackbone'),
    data_preprocessor=dict(
        mean=dict(depth=0, rgb=[
            123.675,
            116.28,
            103.53,
        ]),
        pad_val=0,
        seg_pad_val=255,
        size=(
            192,
            256,
        ),
        std=dict(depth=5000, rgb=[
            58.395,
            57.12,
            57.375,
        ]),
        type='MultimodalPreProcessor'),
    decode_head=dict(
        channels=64,
        in_channels=(
            24,
            40,
            112,
            320,
        ),
        in_index=(
            1,
            2,
            3,
            4,
        ),
        light=True,
        loss_decode=dict(avg_non_ignore=True, type='CrossEntropyLoss'),
        norm_cfg=dict(type='BN'),
        num_classes=40,
        type='RefineNetHead'),
    exchange=None,
    fusion=dict(
        after='timm_model\\.blocks\\.[1246]',
        start='identity',
        type='ConcatFusion'),
    modalities=(
        'rgb',
        'depth',
    ),
    norm_eval=True,
    test_cfg=dict(mode='whole', upsample='bicubic'),
    train_cfg=dict(),
    type='CENSegmentor')
optim_wrapper = dict(
    optimizer=dict(lr=0.001, type='AdamW', weight_decay=0.01),
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.1))),
    type='OptimWrapper')
randomness = dict(seed=42)
test_cfg = dict(type='TestLoop')
test_dataloader = dict(
    batch_size=6,
    dataset=dict(
        ann_file='val.txt',
        data_prefix=dict(
            depth_path='depth', img_path='rgb', seg_map_path='masks'),
        data_root='data/nyudv2_half',
        pipeline=[
            dict(type='LoadRGB'),
            dict(modality='depth', resize='nearest', type='LoadModality'),
            dict(
                interpolation='area',
                keep_ratio=True,
                scale=(
                    312,
                    234,
                ),
                type='Resize'),
            dict(type='LoadLabels'),
            dict(modalities=(
                'rgb',
                'depth',
            ), type='PackModalities'),
        ],
        type='NYUDv2Dataset'),
    num_workers=2,
    sampler=dict(shuffle=False, type='DefaultSampler'))
test_evaluator = dict(
    iou_metrics=[
        'mIoU',
    ], type='StreamIoUMetric')
train_cfg = dict(max_epochs=15, type='EpochBasedTrainLoop', val_interval=15)
train_dataloader = dict(
    batch_size=8,
    dataset=dict(
        ann_file='train.txt',
        data_prefix=dict(
            depth_path='depth', img_path='rgb', seg_map_path='masks'),
        data_root='data/nyudv2_half',
        pipeline=[
            dict(type='LoadRGB'),
            dict(centre_crop=True, modality='depth', type='LoadModality'),
            dict(type='LoadLabels'),
            dict(
                interpolation='bicubic',
                min_short_side=176,
                ratio_range=(
                    0.5,
                    2.0,
                ),
                type='RandomScale'),
            dict(prob=0.5, type='RandomFlip'),
            dict(crop_size=(
                192,
                256,
            ), type='RandomCrop'),
            dict(modalities=(
                'rgb',
                'depth',
            ), type='PackModalities'),
        ],
        type='NYUDv2Dataset'),
    drop_last=True,
    num_workers=2,
    sampler=dict(shuffle=True, type='DefaultSampler'))
tta_model = dict(type='StreamTTAModel')
tta_pipeline = [
    dict(type='LoadRGB'),
    dict(modality='depth', resize='nearest', type='LoadModality'),
    dict(
        interpolation='area',
        keep_ratio=True,
        scale=(
            312,
            234,
        ),
        type='Resize'),
    dict(
        transforms=[
            [
                dict(keep_ratio=True, scale_factor=0.5, type='Resize'),
                dict(keep_ratio=True, scale_factor=0.75, type='Resize'),
                dict(keep_ratio=True, scale_factor=1.0, type='Resize'),
                dict(keep_ratio=True, scale_factor=1.25, type='Resize'),
                dict(keep_ratio=True, scale_factor=1.5, type='Resize'),
                dict(keep_ratio=True, scale_factor=1.75, type='Resize'),
            ],
            [
                dict(prob=0.0, type='RandomFlip'),
                dict(prob=1.0, type='RandomFlip'),
            ],
            [
                dict(type='LoadLabels'),
            ],
            [
                dict(modalities=(
                    'rgb',
                    'depth',
                ), type='PackModalities'),
            ],
        ],
        type='TestTimeAug'),
]
val_cfg = dict(type='ValLoop')
val_dataloader = dict(
    batch_size=6,
    dataset=dict(
        ann_file='val.txt',
        data_prefix=dict(
            depth_path='depth', img_path='rgb', seg_map_path='masks'),
        data_root='data/nyudv2_half',
        pipeline=[
            dict(type='LoadRGB'),
            dict(modality='depth', resize='nearest', type='LoadModality'),
            dict(
                interpolation='area',
                keep_ratio=True,
                scale=(
                    312,
                    234,
                ),
                type='Resize'),
            dict(type='LoadLabels'),
            dict(modalities=(
                'rgb',
                'depth',
            ), type='PackModalities'),
        ],
        type='NYUDv2Dataset'),
    num_workers=2,
    sampler=dict(shuffle=False, type='DefaultSampler'))
val_evaluator = dict(
    iou_metrics=[
        'mIoU',
    ], type='StreamIoUMetric')
visualizer = dict(
    name='visualizer',
    type='NamedSegVisualizer',
    vis_backends=[
        dict(type='LocalVisBackend'),
    ])
