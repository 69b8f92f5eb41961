# RefineNet-101 with channel exchange on NYUDv2.
# Paper: Tables 1, 2, 3 and 7, CEN, mIoU 49.7 / 45.1 / 51.1, 51.7* multi-scale
_base_ = './refinenet_r50_nyudv2.py'
model = dict(
    backbone=dict(
        depth=101, init_cfg=dict(checkpoint='torchvision://resnet101')))
