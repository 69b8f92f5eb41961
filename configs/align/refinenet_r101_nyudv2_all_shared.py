# Alignment after every stage, in the shared setting.
# Paper: Table 2, alignment, all, our setting, mIoU 46.6* / 35.5* / 47.0*
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='AlignFusion'), fused_stages=(1, 2, 3, 4)))
