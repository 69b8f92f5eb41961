# Average after every stage, in the shared setting.
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='AverageFusion'), fused_stages=(1, 2, 3, 4)))
