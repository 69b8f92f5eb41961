"""Inference on files, arrays and folders by an exported network."""
import json
from importlib import import_module
from pathlib import Path
from typing import Any, Dict, Optional, Tuple, Union

import numpy as np
from PIL import Image

from .folder_inferencer import FolderInferencer
from .geometry import as_8_bits, enlarge, fit, rescale
from .read_array import describe, read_array

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
                ) -> Tuple[Dict[str, Any], Optional[np.ndarray]]:
        """Files or arrays to ``inputs`` ``(1, M*C, H, W)`` and the ``size``
        of the sample, and to the picture to draw on."""
        images = {facts['name']: self._read(facts, sources[facts['name']])
                  for facts in self.facts['modalities']}
        first = 'rgb' if 'rgb' in images else next(iter(images))
        picture, size = images.get('rgb'), images[first].shape[:2]
        prepared = self._resized(images, {
            name: describe(sources[name], name) for name in images}, first)
        wanted = self.facts['size'] or prepared[first].shape[:2]
        stacked = []
        for facts in self.facts['modalities']:
            name, image = facts['name'], prepared[facts['name']]
            if image.shape[:2] != tuple(wanted):
                raise ValueError(
                    f'{describe(sources[name], name)} becomes '
                    f'{image.shape[0]} x {image.shape[1]}, but {self.path} '
                    f'needs {wanted[0]} x {wanted[1]}: give modalities of one '
                    'size, and export with --dynamic or another --size')
            if image.ndim == 2:
                image = np.repeat(
                    image[..., None], len(facts['mean']), axis=2)
            image = image.astype(np.float32)
            if self.facts['inputs'] == 'normalised':
                image = (image - np.float32(facts['mean'])) / np.float32(
                    facts['std'])
            stacked.append(image)
        stacked = np.concatenate(stacked, axis=2).transpose(2, 0, 1)[None]
        if picture is not None:
            picture = as_8_bits(picture)
            if picture.ndim == 2:
                picture = np.repeat(picture[..., None], 3, axis=2)
        return dict(inputs=np.ascontiguousarray(stacked), size=size), picture

    def _read(self, facts: Dict[str, Any], source: Union[str, np.ndarray]
              ) -> np.ndarray:
        """A modality in the size of its file."""
        image = read_array(
            source, facts['name'], np.dtype(facts['dtype']), str(self.path),
            'the dtype of its metadata', bands=facts.get('bands'),
            channels=facts.get('channels'))
        return _to_8_bits(image, facts) if 'maximum' in facts else image

    def _resized(self, images: Dict[str, np.ndarray], files: Dict[str, str],
                 first: str) -> Dict[str, np.ndarray]:
        """The modalities in the size that the network sees."""
        resize, results = self.facts['resize'], {}
        for facts in self.facts['modalities']:
            name = facts['name']
            image = images[name]
            if self.facts['task'] == 'translation':
                if resize:
                    image = np.array(Image.fromarray(image).resize(
                        resize[::-1], Image.Resampling.BILINEAR))
            else:
                image = fit(image, images[first].shape[:2],
                            facts.get('centre_crop', False),
                            facts.get('resize'), name, files[name],
                            files[first])
                if facts.get('to_float32'):
                    image = image.astype(np.float32)
                if resize:
                    image = rescale(image, resize, name == 'rgb')
            results[name] = image
        return results

    def predict(self, data: Dict[str, Any]) -> Dict[str, np.ndarray]:
        """What :meth:`prepare` gives, to logits ``(K, H, W)`` in the size of
        the sample, or an image ``(C', H, W)``, by stream."""
        outputs = {name: output[0] for name, output in zip(
            self.facts['streams'],
            self.session.run(None, dict(inputs=data['inputs'])))}
        if self.facts['task'] == 'translation':
            return outputs
        return {name: enlarge(output, data['size'])
                for name, output in outputs.items()}

    def draw(self, data: Dict[str, Any], image: Optional[np.ndarray]
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
            labels = self._labels(output)
            colours = np.array(self.facts['palette'], np.uint8)[labels]
            if image is not None:
                mixed = OPACITY * colours + (1 - OPACITY) * image
                colours = mixed.round().astype(np.uint8)
            pictures[stream] = labels, colours
        return pictures

    def _labels(self, logits: np.ndarray) -> np.ndarray:
        """``(K, H, W)`` to ``(H, W)`` uint8."""
        if len(logits) > 1:
            return logits.argmax(0).astype(np.uint8)
        above = 1 / (1 + np.exp(-logits[0])) > self.facts['threshold']
        return above.astype(np.uint8)


def _to_8_bits(image: np.ndarray, facts: dict) -> np.ndarray:
    """As ``LoadDomains`` scales a 16-bit domain."""
    values = np.log1p(image.astype(float)) if facts.get('log') else image
    return np.minimum(values * 255. / facts['maximum'],
                      255.).astype(np.uint8)
