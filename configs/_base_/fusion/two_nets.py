# Alignment in the columns "common setting" of Table 2: two whole networks
# whose encoders are aligned, and their ensemble.
_base_ = './shared.py'
conv_cfg = dict(type='PrivateConv2d', num_modalities=2)
model = dict(
    backbone=dict(conv_cfg=conv_cfg),
    decode_head=dict(head=dict(conv_cfg=conv_cfg)))
