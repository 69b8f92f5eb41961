# Shared convolutions, private norms, L1 on half, exchange.
# Paper: Table 7, row 7, mIoU 49.7 / 45.1 / 51.1
_base_ = '../cen/refinenet_r101_nyudv2.py'
