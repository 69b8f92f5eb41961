# PSPNet-152 with channel exchange on NYUDv2.
_base_ = './pspnet_r101_nyudv2.py'
model = dict(
    backbone=dict(
        # ImageNet weights of a ResNet-152 exist for the plain stem alone.
        type='ResNet',
        depth=152,
        init_cfg=dict(checkpoint='torchvision://resnet152')))
