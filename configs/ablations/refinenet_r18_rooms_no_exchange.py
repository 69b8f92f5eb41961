# Ensemble control: two streams with shared convolutions and private norms
# that never exchange (Table 7, third row).
_base_ = '../cen/refinenet_r18_rooms.py'
model = dict(backbone=dict(exchange=dict(threshold=0.)))
default_hooks = dict(sparsity=dict(weight=0.))
