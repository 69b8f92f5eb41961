# PSPNet-101 with channel exchange on NYUDv2, trained as
# RefineNet is. The paper's PSPNet is a ResNet-152.
_base_ = [
    '../_base_/models/cen_pspnet_r101.py', '../_base_/datasets/nyudv2.py',
    '../_base_/schedules/three_stages_300e.py'
]
model = dict(
    data_preprocessor=_base_.data_preprocessor)
default_hooks = dict(
    stages=dict(factors=dict(auxiliary_head=(1, 1 / 2, 7 / 30))))
