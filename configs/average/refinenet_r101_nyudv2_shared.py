# Average after every stage, in the shared setting.
_base_ = '../_base_/fusion/shared.py'
model = dict(fusion=dict(type='AverageFusion'))
