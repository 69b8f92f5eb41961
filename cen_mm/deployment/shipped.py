"""A network with what surrounds it in inference, and facts about it."""
from typing import Any, Dict, List, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.model import BaseModel
from torch import Tensor, nn

from ..layers import CHANNELS
from .preparation import preparation


class Shipped(nn.Module):
    """Maps images to one output a stream, in the size of the images.

    Args:
        network (nn.Module): Maps ``(N, M*C, H, W)`` to all streams, as of
            :func:`cen_mm.deploy`.
        model (BaseModel): The segmentor or translation that it is of; it is
            not kept.
        streams (Sequence[str]): To give out.
        preprocess (bool): Whether images come in the units of their files,
            and leave in 0 to 255. By default they are normalised.
    """

    def __init__(self, network: nn.Module, model: BaseModel,
                 streams: Sequence[str], preprocess: bool = False) -> None:
        super().__init__()
        self.network, self.preprocess = network, preprocess
        known = list(model.streams)
        self.chosen = [known.index(name) - len(known) for name in streams]
        self.translates = hasattr(model, 'generator')
        if self.translates:
            self.predictions = len(known)
        else:
            self.predictions = model.num_predictions
            self.mode = (model.test_cfg or {}).get('upsample', 'bilinear')
            self.align_corners = model.align_corners
        mean, std = normalisation(model)
        self.register_buffer('mean', mean)
        self.register_buffer('std', std)

    def forward(self, inputs: Tensor) -> Tuple[Tensor, ...]:
        """``(N, M*C, H, W)`` to logits ``(N, K, H, W)``, or images, of every
        stream that is given out."""
        x = (inputs - self.mean) / self.std if self.preprocess else inputs
        maps = self.network(x).chunk(self.predictions, dim=1)
        maps = [maps[k] for k in self.chosen]
        if self.translates:
            if self.preprocess:
                mean, std = self.mean[:1], self.std[:1]
                maps = [(y * std + mean).clamp(0, 255) for y in maps]
            return tuple(maps)
        return tuple(
            F.interpolate(y, inputs.shape[2:], mode=self.mode,
                          align_corners=self.align_corners) for y in maps)


class Folded(nn.Module):
    """The network of a segmentor as it was trained."""

    def __init__(self, model: BaseModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: Tensor) -> Tensor:
        """``(N, M*C, H, W)`` to ``(N, (M+1)*K, h, w)``."""
        return self.model(inputs, mode='tensor')


def channels_of(model: BaseModel) -> Tuple[int, ...]:
    """Channels of each of the modalities; a translation is of images."""
    return getattr(model, 'channels', (CHANNELS, ) * len(model.modalities))


def normalisation(model: BaseModel) -> Tuple[Tensor, Tensor]:
    """Mean and std of every channel, ``(M*C, 1, 1)``, in the units of the
    files."""
    preprocessor, channels = model.data_preprocessor, sum(
        channels_of(model))
    mean = getattr(preprocessor, 'mean', None)
    if mean is None:
        return torch.zeros(channels, 1, 1), torch.ones(channels, 1, 1)
    return tuple(value.float().expand(channels, 1, 1).clone()
                 for value in (mean, preprocessor.std))


def metadata(cfg: Config, model: BaseModel, dataset_meta: Dict[str, Any],
             streams: Sequence[str], preprocess: bool,
             size: Optional[Sequence[int]]) -> Dict[str, Any]:
    """What a file says about itself.

    Args:
        cfg (Config): Of the model, with a test pipeline.
        model (BaseModel): The segmentor or translation.
        dataset_meta (dict): With ``classes`` and ``palette``.
        streams (Sequence[str]): That it gives out.
        preprocess (bool): Whether it normalises.
        size (Sequence[int], optional): Height and width; None if free.

    Returns:
        dict: ``task``, ``streams``, ``modalities`` (a list of the name,
        ``dtype`` of the files, the ``bands``, ``channels``, ``centre_crop``
        and ``resize`` of ``LoadModality``, ``mean`` and ``std`` in their
        units, and the ``maximum`` and ``log`` of a 16-bit domain that becomes
        0 to 255), ``inputs`` ('files', in these units, or 'normalised'),
        ``size`` and ``resize`` of the test pipeline, and for a segmentation
        ``classes``, ``palette`` and, of a binary head, its ``threshold``.

    Raises:
        ValueError: If the test pipeline or ``test_cfg`` do what a file cannot
            say; the message names it.
    """
    translates = hasattr(model, 'generator')
    read, resize = preparation(
        cfg.test_dataloader.dataset.pipeline, model.modalities)
    entries: List[Dict[str, Any]] = []
    for name, mean, std in zip(
            model.modalities,
            *([part.flatten().tolist()
               for part in value.split(channels_of(model))]
              for value in normalisation(model))):
        entries.append(dict(read[name], name=name, mean=mean, std=std))
    facts = dict(
        task='translation' if translates else 'segmentation',
        modalities=entries,
        streams=list(streams),
        inputs='files' if preprocess else 'normalised',
        size=size and list(size),
        resize=resize)
    if not translates:
        _check_inference(model, resize)
        if model.out_channels == 1:
            facts['threshold'] = model.decode_head.threshold
        facts.update({key: list(dataset_meta[key])
                      for key in ('classes', 'palette')
                      if key in dataset_meta})
    return facts


def _check_inference(model: BaseModel, resize: Optional[dict]) -> None:
    """Refuse inference of a segmentor that an exported network lacks."""
    if (model.test_cfg or {}).get('mode') == 'slide':
        raise ValueError(
            "test_cfg.mode='slide' of the model is not done by an exported "
            'network, which sees whole images: add --cfg-options '
            'model.test_cfg.mode=whole, and test the model so before')
    if resize and model.align_corners:
        raise ValueError(
            'the head has align_corners=True, with which cen_mm.runtime '
            'cannot bring logits back to the size before Resize: take Resize '
            'out of test_dataloader.dataset.pipeline of the config')
