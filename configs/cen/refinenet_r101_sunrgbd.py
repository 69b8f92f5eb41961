# RefineNet-101 with channel exchange on SUN RGB-D.
_base_ = [
    '../_base_/models/cen_refinenet_r50.py', '../_base_/datasets/sunrgbd.py',
    '../_base_/schedules/three_stages_60e.py'
]
model = dict(
    data_preprocessor=_base_.data_preprocessor,
    backbone=dict(
        depth=101, init_cfg=dict(checkpoint='torchvision://resnet101')),
    decode_head=dict(num_classes=37),
    test_cfg=dict(upsample='bicubic'))
