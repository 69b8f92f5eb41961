# RefineNet-152 with channel exchange on NYUDv2: three stages of 150 epochs.
_base_ = './refinenet_r50_nyudv2.py'
model = dict(
    backbone=dict(
        depth=152, init_cfg=dict(checkpoint='torchvision://resnet152')))
default_hooks = dict(stages=dict(milestones=(150, 300)))
train_cfg = dict(max_epochs=450)
