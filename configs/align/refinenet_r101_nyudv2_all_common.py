# Alignment after every stage, in the common setting.
# Paper: Table 2, alignment, all, common setting, mIoU 46.8*
_base_ = '../_base_/fusion/two_nets.py'
model = dict(
    backbone=dict(
        fusion=dict(type='AlignFusion'), fused_stages=(1, 2, 3, 4)))
