# RefineNet-152 with channel exchange on SUN RGB-D.
_base_ = './refinenet_r101_sunrgbd.py'
model = dict(
    backbone=dict(
        depth=152, init_cfg=dict(checkpoint='torchvision://resnet152')))
