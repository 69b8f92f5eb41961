# CEN on UPerNet with a stock ResNet: the norms that exchange are chosen by
# their names, and the head is mmseg's in a StreamHead.
_base_ = './pspnet_r101_nyudv2.py'
model = dict(
    backbone=dict(
        _delete_=True,
        type='ResNetV1c',
        depth=101,
        norm_cfg=_base_.norm_cfg,
        norm_eval=True,
        init_cfg=_base_.model.backbone.init_cfg),
    exchange=dict(
        pattern=r'backbone\.layer\d\.\d+\.bn2', threshold=2e-2, region='all'),
    decode_head=dict(
        head=dict(
            type='UPerHead',
            in_channels=[256, 512, 1024, 2048],
            in_index=[0, 1, 2, 3])))
