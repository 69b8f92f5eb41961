# Concatenation after every stage, in the shared setting.
# Paper: Table 2, concatenation, all, our setting, mIoU 47.8* / 36.9* / 48.3*
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='ConcatFusion'), fused_stages=(1, 2, 3, 4)))
