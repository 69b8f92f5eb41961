# Shared convolutions, private norms, L1 on all channels, exchange.
# Paper: Table 7, row 11, mIoU 48.6 / 39.0 / 49.8
_base_ = '../cen/refinenet_r101_nyudv2.py'
default_hooks = dict(sparsity=dict(region='all'))
