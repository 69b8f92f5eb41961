# Fusion in the columns "common setting" of Table 2: encoders of their own
# until the merge, one network behind it.
# The fusions train at the rate of the encoder (our choice).
_base_ = '../../cen/refinenet_r101_nyudv2.py'
model = dict(
    type='EncoderDecoder',
    backbone=dict(type='MergingResNet', exchange=None),
    decode_head=dict(_delete_=True, **_base_.model.decode_head.head))
default_hooks = dict(sparsity=dict(weight=0.))  # nothing is exchanged
