# The mean of the modalities after every stage that the decoder sees.
_base_ = './cen.py'
model = dict(
    exchange=None,
    fusion=dict(type='AverageFusion', after=r'timm_model\.blocks\.[1246]'))
default_hooks = dict(sparsity=dict(weight=0.))  # nothing is exchanged
