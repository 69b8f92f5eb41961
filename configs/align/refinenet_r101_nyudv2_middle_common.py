# Alignment after stage 3, in the common setting.
# Paper: Table 2, alignment, middle, common setting, mIoU 47.9*
_base_ = '../_base_/fusion/two_nets.py'
model = dict(
    backbone=dict(
        fusion=dict(type='AlignFusion'), fused_stages=(3, )))
