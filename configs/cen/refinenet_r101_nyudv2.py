# RefineNet-101 with channel exchange on NYUDv2.
_base_ = './refinenet_r50_nyudv2.py'
model = dict(
    backbone=dict(
        depth=101, init_cfg=dict(checkpoint='torchvision://resnet101')))
