# Alignment after every stage, in the common setting. These are two whole
# networks whose encoders are aligned, and their ensemble.
_base_ = '../_base_/fusion/shared.py'
conv_cfg = dict(type='PrivateConv2d', num_modalities=2)
model = dict(
    backbone=dict(
        conv_cfg=conv_cfg,
        fusion=dict(type='AlignFusion'),
        fused_stages=(1, 2, 3, 4)),
    decode_head=dict(head=dict(conv_cfg=conv_cfg)))
