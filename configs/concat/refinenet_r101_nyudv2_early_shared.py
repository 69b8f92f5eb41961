# Concatenation after stage 2, in the shared setting.
# Paper: Table 2, concatenation, early, our setting, mIoU 47.0* / 37.5* / 47.6*
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='ConcatFusion'), fused_stages=(2, )))
