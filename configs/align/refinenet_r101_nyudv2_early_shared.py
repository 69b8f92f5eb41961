# Alignment after stage 2, in the shared setting.
# Paper: Table 2, alignment, early, our setting, mIoU 46.3* / 35.8* / 46.7*
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='AlignFusion'), fused_stages=(2, )))
