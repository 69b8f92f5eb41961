# Self-attention after every stage, in the shared setting, on rooms.
_base_ = '../cen/refinenet_r18_rooms.py'
model = dict(
    exchange=None, fusion=dict(type='SelfAttentionFusion', after='layer[1-4]'))
# At three times this rate, which suits the others, it forgets all it knew.
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = dict(eta_max=1e-3)
default_hooks = dict(sparsity=dict(weight=0.))  # nothing is exchanged
