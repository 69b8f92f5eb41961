# Shared convolutions, private norms, L1 on all channels, no exchange.
# Paper: Table 7, row 10, mIoU 46.1 / 37.9 / 47.5
_base_ = '../cen/refinenet_r101_nyudv2.py'
model = dict(backbone=dict(exchange=dict(threshold=0.)))
default_hooks = dict(sparsity=dict(region='all'))
