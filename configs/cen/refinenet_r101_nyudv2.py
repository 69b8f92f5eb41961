# Tables 1, 2 and 7, the row of CEN, and Table 3, single-scale. mIoU of rgb /
# depth / ensemble in the paper: 49.7 / 45.1 / 51.1.
_base_ = './refinenet_r50_nyudv2.py'
model = dict(
    backbone=dict(
        depth=101, init_cfg=dict(checkpoint='torchvision://resnet101')))
