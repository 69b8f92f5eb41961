# Control for the choice of channels: as many as CEN exchanges, but random
# ones, the same throughout.
_base_ = '../cen/refinenet_r18_rooms.py'
model = dict(backbone=dict(exchange=dict(random_seed=0)))
