# Alignment after every stage, in the shared setting. With private convolutions
# it is the common setting: two whole networks whose encoders are aligned.
_base_ = '../_base_/fusion/shared.py'
model = dict(fusion=dict(type='AlignFusion'))
