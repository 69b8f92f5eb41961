# Private convolutions, private norms, L1 on nothing, no exchange.
# Paper: Table 7, row 1, mIoU 45.5 / 35.8 / 47.6
_base_ = '../cen/refinenet_r101_nyudv2.py'
conv_cfg = dict(type='PrivateConv2d', num_modalities=2)
model = dict(
    backbone=dict(conv_cfg=conv_cfg, exchange=dict(threshold=0.)),
    decode_head=dict(head=dict(conv_cfg=conv_cfg)))
default_hooks = dict(sparsity=dict(weight=0.))
