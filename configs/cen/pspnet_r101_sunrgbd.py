# PSPNet-101 with channel exchange on SUN RGB-D, trained as
# RefineNet is. The paper's PSPNet is a ResNet-152.
_base_ = [
    '../_base_/models/cen_pspnet_r101.py', '../_base_/datasets/sunrgbd.py',
    '../_base_/schedules/three_stages_60e.py'
]
model = dict(
    decode_head=dict(num_classes=37),
    auxiliary_head=dict(num_classes=37),
    data_preprocessor=_base_.data_preprocessor)
default_hooks = dict(
    stages=dict(factors=dict(auxiliary_head=(1, 1 / 2, 1 / 4))))
