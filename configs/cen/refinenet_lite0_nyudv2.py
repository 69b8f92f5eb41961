# A light RefineNet on timm's EfficientNet-Lite0, ours: the norms behind the
# depthwise 3x3 convolutions exchange. Penalty and rates are those of the
# paper's ResNets, not tuned for this network.
_base_ = './refinenet_r50_nyudv2.py'
model = dict(
    norm_eval=True,
    exchange=dict(norms=r'blocks\.(0\.\d\.bn1|[1-6]\.\d\.bn2)'),
    backbone=dict(
        _delete_=True,
        type='TIMMBackbone',
        model_name='tf_efficientnet_lite0',
        features_only=True,
        pretrained=False,
        # Written by tools/model_converters/efficientnet_lite.py.
        init_cfg=dict(
            type='Pretrained', checkpoint='data/efficientnet_lite0.pth')),
    decode_head=dict(
        in_channels=(24, 40, 112, 320), in_index=(1, 2, 3, 4), channels=64))
