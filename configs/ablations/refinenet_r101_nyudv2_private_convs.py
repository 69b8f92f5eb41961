# Private convolutions, private norms, L1 on half, exchange.
_base_ = '../cen/refinenet_r101_nyudv2.py'
conv_cfg = dict(type='PrivateConv2d', num_modalities=2)
model = dict(
    backbone=dict(conv_cfg=conv_cfg),
    decode_head=dict(head=dict(conv_cfg=conv_cfg)))
