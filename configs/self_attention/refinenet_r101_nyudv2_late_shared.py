# Self-attention after stage 4, in the shared setting.
# Paper: Table 2, self-attention, late, our setting, mIoU 47.6* / 38.1* / 48.3*
_base_ = '../_base_/fusion/shared.py'
model = dict(
    backbone=dict(
        fusion=dict(type='SelfAttentionFusion'), fused_stages=(4, )))
