# CEN on RefineNet: shared convolutions, private norms, exchange after every
# 3x3 convolution of the encoder, a loss for each stream and the ensemble.
model = dict(
    type='CENSegmentor',
    modalities=('rgb', 'depth'),
    exchange=dict(
        norms=r'layer\d\.\d+\.bn2', threshold=2e-2, region='all'),
    backbone=dict(
        type='ResNet',
        depth=50,
        # Statistics stay those of ImageNet, gamma and beta train.
        norm_eval=True,
        init_cfg=dict(
            type='Pretrained', checkpoint='torchvision://resnet50')),
    decode_head=dict(
        type='RefineNetHead',
        in_channels=(256, 512, 1024, 2048),
        channels=256,
        num_classes=40,
        loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True)),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
