# Self-attention after every stage, in the shared setting.
# Paper: Table 2, self-attention, all, our setting, mIoU 48.5* / 37.7* / 49.1*
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='SelfAttentionFusion'), fused_stages=(1, 2, 3, 4)))
