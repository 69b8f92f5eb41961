# Table 3, the row of CEN on RefineNet-152: three stages of 150 epochs. mIoU
# of the ensemble in the paper, single-scale: 51.6.
_base_ = './refinenet_r50_nyudv2.py'
model = dict(
    backbone=dict(
        depth=152, init_cfg=dict(checkpoint='torchvision://resnet152')))
default_hooks = dict(stages=dict(milestones=(150, 300)))
train_cfg = dict(max_epochs=450)
