# Private convolutions, private norms, L1 on half, no exchange.
# Paper: Table 7, row 4, mIoU 45.1 / 35.5 / 47.3
_base_ = '../cen/refinenet_r101_nyudv2.py'
conv_cfg = dict(type='PrivateConv2d', num_modalities=2)
model = dict(
    backbone=dict(conv_cfg=conv_cfg, exchange=dict(threshold=0.)),
    decode_head=dict(head=dict(conv_cfg=conv_cfg)))
