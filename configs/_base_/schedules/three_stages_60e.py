# SUN RGB-D: 60 epochs, both rates halved every 20. The figures are the
# paper's as remembered; its code for this data set was never released.
_base_ = './three_stages_300e.py'
default_hooks = dict(
    stages=dict(
        milestones=(20, 40),
        factors=dict(
            backbone=(1, 1 / 2, 1 / 4), decode_head=(1, 1 / 2, 1 / 4))))
train_cfg = dict(max_epochs=60)
