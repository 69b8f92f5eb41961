# Shared convolutions, shared norms, L1 on nothing, no exchange.
# Paper: Table 7, row 2, mIoU 43.7 / 35.5 / 45.2
_base_ = '../cen/refinenet_r101_nyudv2.py'
model = dict(backbone=dict(norm_cfg=dict(private=()), exchange=None))
default_hooks = dict(sparsity=dict(weight=0.))
