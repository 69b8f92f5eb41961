# Self-attention after stage 2, in the common setting.
# Paper: Table 2, self-attention, early, common setting, mIoU 47.8*
_base_ = '../_base_/fusion/common.py'
model = dict(
    backbone=dict(
        fusion=dict(type='SelfAttentionFusion'), fused_stages=(2, )))
