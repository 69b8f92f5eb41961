# Private convolutions, private norms, L1 on half, exchange.
# Paper: Table 7, row 5, mIoU 46.5 / 41.6 / 48.5
_base_ = '../cen/refinenet_r101_nyudv2.py'
conv_cfg = dict(type='PrivateConv2d', num_modalities=2)
model = dict(
    backbone=dict(conv_cfg=conv_cfg),
    decode_head=dict(head=dict(conv_cfg=conv_cfg)))
