# Concatenation after stage 4, in the shared setting.
# Paper: Table 2, concatenation, late, our setting, mIoU 46.3* / 37.2* / 46.9*
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='ConcatFusion'), fused_stages=(4, )))
