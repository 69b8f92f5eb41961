"""Label maps of large images, without their logits in full size.

In full size the logits of all streams are most of what a large image needs:
(M+1)*K numbers a pixel, and once more where they are resized. Interpolation
treats each class by itself, and a slide each row of windows, so labels are
found class by class or row by row, with the same result.
"""
from typing import Iterable, List, Sequence

import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.models.utils import resize
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from .enlarge import enlarge

ROOM = 2**24  # logits in full size at a time, 64 MB in single precision


def predict_labels(model: nn.Module, inputs: Tensor,
                   data_samples: Sequence[SegDataSample]) -> None:
    """Write the label maps of every stream into the samples.

    They equal those of ``model.predict``, and are ``(1, H, W)`` in int16.

    Args:
        model (StreamSegmentor): Its head enlarges logits by :func:`enlarge`.
        inputs (Tensor): ``(N, M*C, H, W)``.
        data_samples (Sequence[SegDataSample]): N samples, which fulfil
            :func:`keep_size` if the model slides.
    """
    metas = [sample.metainfo for sample in data_samples]
    if model.test_cfg.get('mode') == 'slide':
        maps = _labels_by_row(model, inputs, metas)
    else:
        maps = [_labels_by_class(model, logits[None], metas, meta)
                for logits, meta in zip(model._forward(inputs), metas)]
    for sample, labels in zip(data_samples, maps):
        for stream, its in zip(model.streams, labels[-len(model.streams):]):
            end = '' if stream == 'ensemble' else f'_{stream}'
            sample.set_data({f'pred_sem_seg{end}': PixelData(data=its[None])})


def keep_size(inputs: Tensor, data_samples: Sequence[SegDataSample]) -> bool:
    """Whether predictions have the size of the inputs, unpadded, unflipped."""
    return not any(
        tuple(meta['ori_shape'][:2]) != tuple(inputs.shape[2:])
        or meta.get('flip') or any(_padding(meta))
        for meta in (sample.metainfo for sample in data_samples))


def _padding(meta: dict) -> Sequence[int]:
    """Left, right, top and bottom, where mmseg looks for them."""
    return meta.get('img_padding_size', meta.get('padding_size', (0, ) * 4))


def _labels_by_class(model: nn.Module, logits: Tensor, metas: List[dict],
                     meta: dict) -> Tensor:
    """Logits ``(1, P*K, h, w)`` of an image to labels ``(P, H, W)``."""
    left, right, top, bottom = _padding(meta)
    height, width = meta['ori_shape'][:2]
    axes = ()
    if meta.get('flip'):
        axes = (3 if meta['flip_direction'] == 'horizontal' else 2, )

    def in_full(part: Tensor) -> Tensor:
        part = enlarge(part, metas, model.test_cfg, model.align_corners)
        part = part[:, :, top:part.shape[2] - bottom,
                    left:part.shape[3] - right].flip(axes)
        return resize(part, (height, width), mode='bilinear',
                      align_corners=model.align_corners)

    step = max(1, ROOM // (height * width))
    return torch.cat([
        _largest(map(in_full, stream.split(step, dim=1)), model)
        for stream in logits.chunk(model.num_predictions, dim=1)
    ])


def _labels_by_row(model: nn.Module, inputs: Tensor,
                   metas: List[dict]) -> Tensor:
    """Slide over ``(N, M*C, H, W)``; labels ``(N, P, H, W)``.

    Of the sums over windows only those rows are kept that later windows add
    to.
    """
    (high, wide), strides = model.test_cfg.crop_size, model.test_cfg.stride
    tops, lefts = (
        [max(min(i * stride + crop, size) - crop, 0)
         for i in range(max(size - crop + stride - 1, 0) // stride + 1)]
        for size, crop, stride in zip(inputs.shape[2:], (high, wide), strides))
    channels = model.out_channels * model.num_predictions
    sums = inputs.new_zeros(
        len(inputs), channels, min(high, inputs.shape[2]), inputs.shape[3])
    visits = torch.zeros_like(sums[:1, :1])
    labels = []
    for top, following in zip(tops, [*tops[1:], inputs.shape[2]]):
        for left in lefts:
            window = inputs[:, :, top:top + high, left:left + wide]
            metas[0]['img_shape'] = window.shape[2:]  # as mmseg does
            columns = slice(left, left + wide)
            sums[..., columns] += model.encode_decode(window, metas)
            visits[..., columns] += 1
        done = following - top
        mean = sums[:, :, :done] / visits[:, :, :done]
        labels.append(torch.stack([
            _largest([stream], model)
            for stream in mean.chunk(model.num_predictions, dim=1)
        ], dim=1))
        sums, visits = (F.pad(t[:, :, done:], (0, 0, 0, done))
                        for t in (sums, visits))
    return torch.cat(labels, dim=2)


def _largest(parts: Iterable[Tensor], model: nn.Module) -> Tensor:
    """The class of the largest logit, the first of equal ones.

    Args:
        parts (Iterable[Tensor]): ``(N, k, H, W)``, together K classes; of a
            binary head its one logit.
        model (CENSegmentor): With the threshold of a binary head.

    Returns:
        Tensor: ``(N, H, W)`` in int16.
    """
    best, labels, before = None, None, 0
    for part in parts:
        if model.out_channels == 1:
            above = part.sigmoid() > model.decode_head.threshold
            return above[:, 0].short()
        value, index = part.max(dim=1)
        index = index.short() + before
        before += part.shape[1]
        if best is not None:
            larger = value > best
            index = torch.where(larger, index, labels)
            value = torch.where(larger, value, best)
        best, labels = value, index
    return labels
