# Private convolutions, private norms, L1 on all channels, no exchange.
# Paper: Table 7, row 8, mIoU 44.6 / 35.3 / 46.6
_base_ = '../cen/refinenet_r101_nyudv2.py'
conv_cfg = dict(type='PrivateConv2d', num_modalities=2)
model = dict(
    backbone=dict(conv_cfg=conv_cfg, exchange=dict(threshold=0.)),
    decode_head=dict(head=dict(conv_cfg=conv_cfg)))
default_hooks = dict(sparsity=dict(region='all'))
