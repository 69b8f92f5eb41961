# Concatenation after every stage, in the shared setting, on rooms.
_base_ = '../cen/refinenet_r18_rooms.py'
model = dict(
    exchange=None, fusion=dict(type='ConcatFusion', after='layer[1-4]'))
default_hooks = dict(sparsity=dict(weight=0.))  # nothing is exchanged
