# CEN on PSPNet: a dilated ResNet of stride 8, shared convolutions, private
# norms in the encoder and in both heads.
norm_cfg = dict(type='SyncBN', requires_grad=True)
model = dict(
    type='CENSegmentor',
    modalities=('rgb', 'depth'),
    exchange=dict(
        norms=r'layer\d\.\d+\.bn2', threshold=2e-2, region='all'),
    backbone=dict(
        type='ResNetV1c',
        depth=101,
        norm_cfg=norm_cfg,
        # Our choice, as in the paper's RefineNet.
        norm_eval=True,
        strides=(1, 2, 1, 1),
        dilations=(1, 1, 2, 4),
        contract_dilation=True,
        init_cfg=dict(
            type='Pretrained', checkpoint='open-mmlab://resnet101_v1c')),
    decode_head=dict(
        type='PSPHead',
        in_channels=2048,
        in_index=3,
        channels=512,
        pool_scales=(1, 2, 3, 6),
        dropout_ratio=0.1,
        num_classes=40,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True)),
    auxiliary_head=dict(
        type='FCNHead',
        in_channels=1024,
        in_index=2,
        channels=256,
        num_convs=1,
        concat_input=False,
        dropout_ratio=0.1,
        num_classes=40,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(
            type='CrossEntropyLoss', loss_weight=0.4, avg_non_ignore=True)),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
