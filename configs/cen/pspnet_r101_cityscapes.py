# PSPNet-101 with channel exchange on Cityscapes, RGB and disparity: the
# network of Figure 7, for which the paper gives pictures and no mIoU.
_base_ = [
    '../_base_/models/cen_pspnet_r101.py',
    '../_base_/datasets/cityscapes_rgbd.py',
    '../_base_/schedules/poly_216e.py'
]
model = dict(
    data_preprocessor=_base_.data_preprocessor,
    decode_head=dict(num_classes=19),
    auxiliary_head=dict(num_classes=19))
# In parts, for less memory: --cfg-options model.test_cfg.mode=slide
# model.test_cfg.crop_size="(512,1024)" model.test_cfg.stride="(341,683)"
