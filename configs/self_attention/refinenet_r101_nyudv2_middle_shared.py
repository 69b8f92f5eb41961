# Self-attention after stage 3, in the shared setting.
# Paper: Table 2, self-attention, middle, mIoU 48.0* / 38.1* / 48.7*
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='SelfAttentionFusion'), fused_stages=(3, )))
