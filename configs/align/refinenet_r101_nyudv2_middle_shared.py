# Alignment after stage 3, in the shared setting.
# Paper: Table 2, alignment, middle, our setting, mIoU 47.7* / 36.0* / 48.1*
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='AlignFusion'), fused_stages=(3, )))
