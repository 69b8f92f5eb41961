# One modality, depth to RGB, on Taskonomy.
_base_ = '../cen/shade-texture2rgb_taskonomy.py'
domains = dict(modalities=('depth_euclidean', ), target='rgb')
model = dict(generator=dict(exchange=None), **domains)
train_dataloader = dict(dataset=domains)
val_dataloader = dict(dataset=domains)
test_dataloader = val_dataloader
default_hooks = dict(sparsity=dict(weight=0.))
