# What every config shares: the plugin, logging, checkpoints, visualiser.
custom_imports = dict(imports=['cen_mm'], allow_failed_imports=False)
default_scope = 'mmseg'
env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'))
vis_backends = [dict(type='LocalVisBackend')]
visualizer = dict(
    type='NamedSegVisualizer', vis_backends=vis_backends, name='visualizer')
log_processor = dict(by_epoch=True)
log_level = 'INFO'
load_from = None
resume = False

# A dict, so that a config of yours overrides a single field, for example
# default_hooks = dict(sparsity=dict(weight=1e-3)). None drops what mmengine
# adds by itself, such as timer; its runner refuses None for any other hook.
default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=20, log_metric_by_epoch=True),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(
        type='CheckpointHook',
        interval=5,
        max_keep_ckpts=2,
        save_best='mIoU',
        backend_args=dict(backend='atomic')),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    epoch_seed=dict(type='EpochSeedHook'),
    finite=dict(type='FiniteWeightsHook'),
    classes=dict(type='ClassesHook'),
    channels=dict(type='ChannelsHook'),
    visualization=dict(type='SegVisualizationHook'))
