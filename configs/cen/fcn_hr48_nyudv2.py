# CEN on HRNet-W48: the norms behind 3x3 convolutions within the residual
# blocks exchange.
_base_ = [
    '../_base_/datasets/nyudv2.py', '../_base_/schedules/three_stages_300e.py'
]
norm_cfg = dict(type='SyncBN', requires_grad=True)
model = dict(
    type='CENSegmentor',
    data_preprocessor=_base_.data_preprocessor,
    modalities=('rgb', 'depth'),
    exchange=dict(
        # layer1 has bottlenecks; in the basic blocks of the stages both
        # convolutions are 3x3.
        norms=r'(layer1\..*\.bn2|stage\d\..*\.bn[12])',
        threshold=2e-2,
        region='all'),
    backbone=dict(
        type='HRNet',
        norm_cfg=norm_cfg,
        norm_eval=True,
        extra=dict(
            stage1=dict(
                num_modules=1,
                num_branches=1,
                block='BOTTLENECK',
                num_blocks=(4, ),
                num_channels=(64, )),
            stage2=dict(
                num_modules=1,
                num_branches=2,
                block='BASIC',
                num_blocks=(4, 4),
                num_channels=(48, 96)),
            stage3=dict(
                num_modules=4,
                num_branches=3,
                block='BASIC',
                num_blocks=(4, 4, 4),
                num_channels=(48, 96, 192)),
            stage4=dict(
                num_modules=3,
                num_branches=4,
                block='BASIC',
                num_blocks=(4, 4, 4, 4),
                num_channels=(48, 96, 192, 384))),
        init_cfg=dict(
            type='Pretrained', checkpoint='open-mmlab://msra/hrnetv2_w48')),
    decode_head=dict(
        type='FCNHead',
        in_channels=(48, 96, 192, 384),
        in_index=(0, 1, 2, 3),
        channels=720,
        input_transform='resize_concat',
        kernel_size=1,
        num_convs=1,
        concat_input=False,
        num_classes=40,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True)),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
