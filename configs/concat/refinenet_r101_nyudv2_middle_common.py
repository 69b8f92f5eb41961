# Concatenation after stage 3, in the common setting.
# Paper: Table 2, concatenation, middle, common setting, mIoU 46.7*
_base_ = '../_base_/fusion/common.py'
model = dict(
    backbone=dict(
        fusion=dict(type='ConcatFusion'), fused_stages=(3, )))
