# Control for the ensemble: two streams with shared convolutions and private
# norms that never exchange.
_base_ = '../cen/refinenet_r18_rooms.py'
model = dict(backbone=dict(exchange=dict(threshold=0.)))
default_hooks = dict(sparsity=dict(weight=0.))
