# Private convolutions, private norms, L1 on all channels, exchange.
# Paper: Table 7, row 9, mIoU 46.8 / 41.7 / 49.1
_base_ = '../cen/refinenet_r101_nyudv2.py'
conv_cfg = dict(type='PrivateConv2d', num_modalities=2)
model = dict(
    backbone=dict(conv_cfg=conv_cfg),
    decode_head=dict(head=dict(conv_cfg=conv_cfg)))
default_hooks = dict(sparsity=dict(region='all'))
