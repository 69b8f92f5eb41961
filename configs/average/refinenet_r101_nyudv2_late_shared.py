# Average after stage 4, in the shared setting.
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='AverageFusion'), fused_stages=(4, )))
