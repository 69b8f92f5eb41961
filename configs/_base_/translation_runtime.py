# What every translation config shares, in mmagic's scope.
_base_ = './default_runtime.py'
custom_imports = dict(imports=['cen_mm', 'cen_mm.translation'])
default_scope = 'mmagic'
visualizer = dict(type='StreamVisualizer')
# One wrapper for each of the two networks.
model_wrapper_cfg = dict(type='MMSeparateDistributedDataParallel')
default_hooks = dict(
    # mmagic's hook of this name asks for mmagic's loops.
    timer=dict(type='mmengine.IterTimerHook'),
    logger=dict(interval=100),
    checkpoint=dict(save_best='MAE', rule='less'),
    # The official weight; it is counted once there too.
    sparsity=dict(type='SparsityHook', weight=1e-3, region='own'),
    visualization=dict(
        type='BasicVisualizationHook', interval=dict(val=50, test=50)))
# Predictions draw dropout masks, as in the official code.
randomness = dict(seed=0)
