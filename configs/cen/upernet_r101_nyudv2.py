# UPerNet-101 with channel exchange on NYUDv2, trained as RefineNet is.
_base_ = './pspnet_r101_nyudv2.py'
model = dict(
    backbone=dict(
        strides=(1, 2, 2, 2), dilations=(1, 1, 1, 1), contract_dilation=False),
    decode_head=dict(
        type='UPerHead',
        in_channels=[256, 512, 1024, 2048],
        in_index=[0, 1, 2, 3]))
