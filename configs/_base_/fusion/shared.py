# Fusion in the columns "same with our setting" of Table 2: shared
# convolutions, private norms, a loss for each stream and the ensemble.
# The fusions train at the rate of the encoder (our choice).
_base_ = '../../cen/refinenet_r101_nyudv2.py'
model = dict(exchange=None, fusion=dict(after='layer[1-4]'))
default_hooks = dict(sparsity=dict(weight=0.))  # nothing is exchanged
