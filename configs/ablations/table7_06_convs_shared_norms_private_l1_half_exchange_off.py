# Shared convolutions, private norms, L1 on half, no exchange.
# Paper: Table 7, row 6, mIoU 46.0 / 38.1 / 47.7
_base_ = '../cen/refinenet_r101_nyudv2.py'
model = dict(backbone=dict(exchange=dict(threshold=0.)))
