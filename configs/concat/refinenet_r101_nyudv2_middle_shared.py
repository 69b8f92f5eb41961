# Concatenation after stage 3, in the shared setting.
# Paper: Table 2, concatenation, middle, mIoU 46.6* / 37.0* / 47.4*
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='ConcatFusion'), fused_stages=(3, )))
