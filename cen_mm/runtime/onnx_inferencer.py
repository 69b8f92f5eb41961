"""Inference on files, arrays and folders by an exported network."""
import json
from importlib import import_module
from pathlib import Path
from typing import Dict, Optional, Tuple, Union

import numpy as np
from PIL import Image

from .folder_inferencer import FolderInferencer
from .read_array import read_array

FACTS = 'cen_mm'  # the key of the metadata
OPACITY = 0.5


def require(*packages: str) -> None:
    """Check that packages of the extra ``deploy`` are there.

    Raises:
        ValueError: If one cannot be imported.
    """
    for package in packages:
        try:
            import_module(package)
        except ImportError as error:
            raise ValueError(
                f'{package} is needed to export or to run ONNX: run "pip '
                'install -e .[deploy]" in the folder of cen_mm') from error


class OnnxInferencer(FolderInferencer):
    """Runs a file of ``tools/export.py``, without config and torch model.

    Writes what :class:`~cen_mm.apis.MultimodalInferencer` or the translator
    writes, for the streams that the file gives out. Files are prepared as
    its metadata says.

    Args:
        path (str | Path): The ONNX file.
        device (str, optional): 'cpu', or 'cuda' if onnxruntime has it.
            Defaults to the best one that it has.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If onnxruntime is absent, or the file is not one of
            ``tools/export.py``.
    """

    def __init__(self, path: Union[str, Path],
                 device: Optional[str] = None) -> None:
        require('onnxruntime')
        import onnxruntime
        if not Path(path).is_file():
            raise FileNotFoundError(
                f'{path} is not there: give a file of tools/export.py')
        providers = onnxruntime.get_available_providers()
        if device is not None:
            name = device.split(':')[0].upper()
            providers = [p for p in providers if p.upper().startswith(name)]
        if not providers:
            raise ValueError(f'onnxruntime has no --device {device}, only '
                             f'{onnxruntime.get_available_providers()}')
        try:
            self.session = onnxruntime.InferenceSession(
                str(path), providers=providers)
            self.facts = json.loads(
                self.session.get_modelmeta().custom_metadata_map[FACTS])
        except Exception as error:  # of onnxruntime, of many types
            raise ValueError(f'{path} is no file of tools/export.py: export '
                             f'the model with it ({error})') from error
        self.path = path
        self.modalities = tuple(m['name'] for m in self.facts['modalities'])
        self.suffixes = {}
        self.pipeline = self.prepare
        self.kinds = ('images', ) if (
            self.facts['task'] == 'translation') else ('labels', 'overlays')

    def prepare(self, sources: Dict[str, Union[str, np.ndarray]]
                ) -> Tuple[np.ndarray, Optional[np.ndarray]]:
        """Files or arrays to ``(1, M*C, H, W)`` and the picture to draw on.
        """
        images, picture = {}, None
        for facts in self.facts['modalities']:
            name, dtype = facts['name'], np.dtype(facts['dtype'])
            image = read_array(sources[name], name, dtype, str(self.path),
                               'the dtype of its metadata',
                               bands=facts.get('bands'),
                               channels=facts.get('channels'))
            if 'maximum' in facts:
                image = _to_8_bits(image, facts)
            if image.ndim == 2:
                image = np.repeat(
                    image[..., None], len(facts['mean']), axis=2)
            if name == 'rgb':
                picture = image
            if self.facts['resize']:
                height, width = self.facts['resize']
                image = np.array(Image.fromarray(image).resize(
                    (width, height), Image.Resampling.BILINEAR))
            images[name] = image
        shapes = {name: image.shape[:2] for name, image in images.items()}
        wanted = self.facts['size'] or next(iter(shapes.values()))
        for name, shape in shapes.items():
            if tuple(shape) != tuple(wanted):
                raise ValueError(
                    f'{sources[name]} is {shape[0]} x {shape[1]}, but '
                    f'{self.path} needs {wanted[0]} x {wanted[1]}: give '
                    'modalities of one size, and export with --dynamic or '
                    'another --size')
        stacked = []
        for facts in self.facts['modalities']:
            image = images[facts['name']].astype(np.float32)
            if self.facts['inputs'] == 'normalised':
                image = (image - np.float32(facts['mean'])) / np.float32(
                    facts['std'])
            stacked.append(image)
        stacked = np.concatenate(stacked, axis=2).transpose(2, 0, 1)[None]
        return np.ascontiguousarray(stacked), picture

    def predict(self, data: np.ndarray) -> Dict[str, np.ndarray]:
        """``(1, M*C, H, W)`` to logits ``(K, H, W)`` or an image ``(C', H,
        W)`` by stream."""
        outputs = self.session.run(None, dict(inputs=data))
        return {name: output[0]
                for name, output in zip(self.facts['streams'], outputs)}

    def draw(self, data: np.ndarray, image: Optional[np.ndarray]
             ) -> Dict[str, Tuple[np.ndarray, ...]]:
        """Labels and overlay, or the translation, of every stream."""
        pictures = {}
        for stream, output in self.predict(data).items():
            if self.facts['task'] == 'translation':
                if self.facts['inputs'] == 'normalised':
                    entry = self.facts['modalities'][0]
                    output = output * entry['std'][0] + entry['mean'][0]
                output = output.round().clip(0, 255).astype(np.uint8)
                pictures[stream] = (output.transpose(1, 2, 0), )
                continue
            labels = output.argmax(0).astype(np.uint8)
            colours = np.array(self.facts['palette'], np.uint8)[labels]
            if image is not None:
                mixed = OPACITY * colours + (1 - OPACITY) * image
                colours = mixed.round().astype(np.uint8)
            pictures[stream] = labels, colours
        return pictures


def _to_8_bits(image: np.ndarray, facts: dict) -> np.ndarray:
    """As ``LoadDomains`` scales a 16-bit domain."""
    values = np.log1p(image.astype(float)) if facts.get('log') else image
    return np.minimum(values * 255. / facts['maximum'],
                      255.).astype(np.uint8)
