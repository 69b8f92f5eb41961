# Alignment after stage 4, in the common setting.
# Paper: Table 2, alignment, late, common setting, mIoU 47.6*
_base_ = '../_base_/fusion/two_nets.py'
model = dict(
    backbone=dict(
        fusion=dict(type='AlignFusion'), fused_stages=(4, )))
