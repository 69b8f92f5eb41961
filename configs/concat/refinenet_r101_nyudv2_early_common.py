# Concatenation after stage 2, in the common setting.
# Paper: Table 2, concatenation, early, common setting, mIoU 47.2*
_base_ = '../_base_/fusion/common.py'
model = dict(
    backbone=dict(
        fusion=dict(type='ConcatFusion'), fused_stages=(2, )))
