# Self-attention after every stage, in the common setting.
_base_ = '../_base_/fusion/common.py'
model = dict(backbone=dict(fusion=dict(type='SelfAttentionFusion')))
