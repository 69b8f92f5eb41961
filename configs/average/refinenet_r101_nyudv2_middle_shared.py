# Average after stage 3, in the shared setting.
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='AverageFusion'), fused_stages=(3, )))
