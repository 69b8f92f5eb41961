# CEN on RefineNet: shared convolutions, private norms, exchange after every
# 3x3 convolution of the encoder, a loss for each stream and the ensemble.
modalities = ('rgb', 'depth')
model = dict(
    type='CENSegmentor',
    backbone=dict(
        type='CENResNet',
        depth=50,
        norm_cfg=dict(type='PrivateBN', num_modalities=2),
        # Statistics stay those of ImageNet, gamma and beta train.
        norm_eval=True,
        exchange=dict(threshold=2e-2, region='all'),
        init_cfg=dict(
            type='Pretrained', checkpoint='torchvision://resnet50')),
    decode_head=dict(
        type='StreamHead',
        modalities=modalities,
        head=dict(
            type='RefineNetHead',
            in_channels=(256, 512, 1024, 2048),
            channels=256,
            num_classes=40,
            loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True))),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
