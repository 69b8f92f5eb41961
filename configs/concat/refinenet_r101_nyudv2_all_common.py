# Concatenation after every stage, in the common setting.
# Paper: Table 2, concatenation, all, common setting, mIoU 47.5*
_base_ = '../_base_/fusion/common.py'
model = dict(
    backbone=dict(
        fusion=dict(type='ConcatFusion'), fused_stages=(1, 2, 3, 4)))
