# Alignment after stage 2, in the common setting.
# Paper: Table 2, alignment, early, common setting, mIoU 46.4*
_base_ = '../_base_/fusion/two_nets.py'
model = dict(
    backbone=dict(
        fusion=dict(type='AlignFusion'), fused_stages=(2, )))
