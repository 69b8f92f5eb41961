# Self-attention after every stage that the decoder sees.
_base_ = './average.py'
model = dict(fusion=dict(type='SelfAttentionFusion'))
