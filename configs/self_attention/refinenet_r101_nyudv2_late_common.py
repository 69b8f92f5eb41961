# Self-attention after stage 4, in the common setting.
# Paper: Table 2, self-attention, late, common setting, mIoU 47.5*
_base_ = '../_base_/fusion/common.py'
model = dict(
    backbone=dict(
        fusion=dict(type='SelfAttentionFusion'), fused_stages=(4, )))
