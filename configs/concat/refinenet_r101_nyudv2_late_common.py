# Concatenation after stage 4, in the common setting.
# Paper: Table 2, concatenation, late, common setting, mIoU 46.3*
_base_ = '../_base_/fusion/common.py'
model = dict(
    backbone=dict(
        fusion=dict(type='ConcatFusion'), fused_stages=(4, )))
