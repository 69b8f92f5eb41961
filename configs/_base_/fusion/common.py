# Fusion in the columns "common setting" of Table 2: encoders of their own
# until the merge, one network behind it.
# The fusions train at the rate of the encoder (our choice).
_base_ = '../../cen/refinenet_r101_nyudv2.py'
model = dict(
    exchange=None,
    backbone=dict(type='MergingResNet', fused_stages=(1, 2, 3, 4)))
default_hooks = dict(sparsity=dict(weight=0.))  # nothing is exchanged
