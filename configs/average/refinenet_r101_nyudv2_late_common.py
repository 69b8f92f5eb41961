# Average after stage 4, in the common setting.
_base_ = '../_base_/fusion/common.py'
model = dict(
    backbone=dict(
        fusion=dict(type='AverageFusion'), fused_stages=(4, )))
