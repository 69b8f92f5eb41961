# Shared convolutions, private norms, L1 on nothing, no exchange.
# Paper: Table 7, row 3, mIoU 46.2 / 38.4 / 48.0
_base_ = '../cen/refinenet_r101_nyudv2.py'
model = dict(backbone=dict(exchange=dict(threshold=0.)))
default_hooks = dict(sparsity=dict(weight=0.))
