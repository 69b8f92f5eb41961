# Control for the choice of channels: as many as CEN exchanges, but random
# ones, the same throughout.
_base_ = '../cen/refinenet_r101_nyudv2.py'
model = dict(backbone=dict(exchange=dict(random_seed=0)))
