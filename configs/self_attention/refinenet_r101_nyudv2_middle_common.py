# Self-attention after stage 3, in the common setting.
# Paper: Table 2, self-attention, middle, common setting, mIoU 48.3*
_base_ = '../_base_/fusion/common.py'
model = dict(
    backbone=dict(
        fusion=dict(type='SelfAttentionFusion'), fused_stages=(3, )))
