# The recipe of the paper's NYUDv2 rows on a ResNet-50, which the paper does
# not report; refinenet_r101_nyudv2 and refinenet_r152_nyudv2 inherit it.
_base_ = [
    '../_base_/models/cen_refinenet_r50.py', '../_base_/datasets/nyudv2.py',
    '../_base_/schedules/three_stages_300e.py'
]
model = dict(
    data_preprocessor=_base_.data_preprocessor,
    # The official evaluation enlarges the logits by bicubic interpolation.
    test_cfg=dict(mode='whole', upsample='bicubic'))
randomness = dict(seed=42)
