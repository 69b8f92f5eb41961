# CEN, shade and texture to RGB, on Taskonomy.
_base_ = [
    '../../_base_/models/cen_unet256.py', '../../_base_/datasets/taskonomy.py',
    '../../_base_/schedules/pix2pix_300e.py',
    '../../_base_/translation_runtime.py'
]
# FID and KID as the official code measures them, comparable with the paper
# alone. docs/data.md says where the weights come from.
val_evaluator = [
    dict(type='StreamImageMetric'),
    dict(
        type='StreamDistributionMetric',
        protocol='official',
        feature_net=dict(
            type='FIDInception',
            weights='data/pt_inception-2015-12-05-6726825d.pth'))
]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='FID'))
