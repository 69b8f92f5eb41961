# Self-attention after stage 2, in the shared setting.
# Paper: Table 2, self-attention, early, mIoU 47.7* / 38.3* / 48.2*
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='SelfAttentionFusion'), fused_stages=(2, )))
