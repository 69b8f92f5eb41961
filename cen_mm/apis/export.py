"""Export of a trained model to ONNX."""
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
import torch
from mmengine.registry import DATASETS
from torch import Tensor, nn

from ..deployment import deploy
from ..deployment.network import check_all_present
from ..deployment.shipped import Folded, Shipped, metadata
from ..runtime.onnx_inferencer import FACTS, require
from .checkpoint import load_model
from .config import UsageError, read_config

TOLERANCE = 1e-4  # of the largest output
ANY_SIZE = (128, 160), (192, 128)  # with which free sizes are tried


def export(config: str,
           checkpoint: str,
           out: str,
           streams: Optional[Sequence[str]] = None,
           size: Optional[Sequence[int]] = None,
           preprocess: bool = False,
           naive: bool = False,
           legacy: bool = False,
           cfg_options: Sequence[str] = ()) -> List[str]:
    """Write a model as one ONNX file, once onnxruntime agrees with torch.

    The file has one input, ``inputs``, ``(N, M*C, H, W)``, and one output a
    stream, named after it: logits ``(N, K, H, W)`` in the size of the input,
    or translated images. What :func:`~cen_mm.deployment.shipped.metadata`
    says stands in its metadata as JSON.

    Args:
        config (str): Config file.
        checkpoint (str): Weights trained with it.
        out (str): File to write.
        streams (Sequence[str], optional): Modalities and 'ensemble' to give
            out. Defaults to all.
        size (Sequence[int], optional): Height and width of the input, behind
            ``Resize`` of the test pipeline, of which there is then one.
            Defaults to None: N, H and W are free.
        preprocess (bool): Take images in the units of their files, and
            translate to 0 to 255. Defaults to False: normalised images.
        naive (bool): Export the folded network as it is, instead of what
            :func:`cen_mm.deploy` makes of it. Defaults to False.
        legacy (bool): Use torch's older exporter. Defaults to False.
        cfg_options (Sequence[str]): ``KEY=VALUE``. Defaults to none.

    Returns:
        list[str]: Sentences about what was written.

    Raises:
        FileNotFoundError: If config or checkpoint do not exist.
        UsageError: If a stream is unknown, or the model cannot be exported.
        ValueError: If a package or a modality is absent, config and model do
            more in a test than a file can say, or onnxruntime gives other
            outputs than torch.
    """
    require('onnx', 'onnxruntime', *(() if legacy else ('onnxscript', )))
    cfg = read_config(config, cfg_options)
    model, meta = load_model(cfg, checkpoint)
    check_all_present(model)
    streams = list(streams or model.streams)
    for name in streams:
        if name not in model.streams:
            raise UsageError(f'{name} is no stream of {config}: choose of '
                             f'{", ".join(model.streams)}')
    if getattr(model.data_preprocessor, 'test_cfg', None):
        raise UsageError(
            f'{config} pads test images, which an exported network does not: '
            'add --cfg-options model.data_preprocessor.test_cfg=None')
    said = []
    network = reference = None
    translates = hasattr(model, 'generator')
    if translates and naive:
        raise UsageError('a translation is exported as plain streams alone: '
                         'leave --naive out')
    if not naive:
        try:
            network = deploy(model)
        except ValueError as error:
            if translates:
                raise
            said.append(f'{error}; exported as it is')
    # The generator itself would draw dropout; deploy() has compared both.
    reference = network if translates else Folded(model)
    reference = Shipped(reference, model, streams, preprocess).eval()
    shipped = Shipped(network or Folded(model), model, streams, preprocess)
    dataset_meta = meta.get('dataset_meta') or {} if translates else (
        meta.get('dataset_meta') or DATASETS.build(dict(
            cfg.test_dataloader.dataset, pipeline=[], lazy_init=True)).metainfo
    )
    facts = metadata(cfg, model, dataset_meta, streams, preprocess, size)
    stride = model.generator.stride if translates else 1
    sizes = [size] if size else [
        [-(-side // stride) * stride for side in each] for each in ANY_SIZE]
    images = [_images(shipped, 1 + k, *each) for k, each in enumerate(sizes)]
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=Path(out).parent) as folder:
        path = os.path.join(folder, 'model.onnx')
        try:
            _write(shipped.eval(), path, images[-1], streams, size is None,
                   legacy)
            _describe(path, facts)
            off = max(_difference(path, reference, x) for x in images)
        except Exception as error:  # torch and onnxruntime raise many types
            hint = '' if size else (
                ' for images of any size: give --size HEIGHT WIDTH')
            raise UsageError(f'{config} cannot be exported{hint}\n'
                             f'{str(error)[:500]}') from error
        if not off <= TOLERANCE:
            raise ValueError(
                f'{out} is not written: in onnxruntime its outputs are off by '
                f'{off:.1e} of the largest; try --size, --legacy or --naive')
        os.replace(path, out)
    kind = 'the folded network' if network is None else 'plain streams'
    return [*said, f'{out} holds {kind}; the outputs of onnxruntime and torch '
            f'differ by {off:.1e} of the largest']


def _images(shipped: Shipped, n: int, height: int, width: int) -> Tensor:
    """Random images, in the units that are asked for."""
    x = torch.randn(n, len(shipped.mean), height, width)
    return x * shipped.std + shipped.mean if shipped.preprocess else x


def _write(net: nn.Module, path: str, x: Tensor, streams: Sequence[str],
           any_size: bool, legacy: bool) -> None:
    free: Dict[str, Any] = {}
    if any_size and legacy:
        axes = {0: 'N', 2: 'H', 3: 'W'}
        free['dynamic_axes'] = dict.fromkeys(['inputs', *streams], axes)
    elif any_size:
        auto = torch.export.Dim.AUTO
        free['dynamic_shapes'] = ({0: auto, 2: auto, 3: auto}, )
    if not legacy:
        free.update(external_data=False, verbose=False)
    with torch.no_grad():
        net(x)  # checks of the first call are no part of the graph
        torch.onnx.export(
            net, (x, ), path, input_names=['inputs'],
            output_names=list(streams), dynamo=not legacy, **free)


def _describe(path: str, facts: Dict[str, Any]) -> None:
    """Write facts into the metadata of a file."""
    import onnx
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {FACTS: json.dumps(facts)})
    onnx.save(model, path)


@torch.no_grad()
def _difference(path: str, net: nn.Module, x: Tensor) -> float:
    """Largest difference of the outputs, in parts of the largest output."""
    import onnxruntime
    session = onnxruntime.InferenceSession(
        path, providers=['CPUExecutionProvider'])
    found = session.run(None, dict(inputs=x.numpy()))
    return max(
        float(np.abs(y - expected.numpy()).max() / expected.abs().max())
        for y, expected in zip(found, net(x)))
