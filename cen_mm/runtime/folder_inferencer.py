"""Inference on files, arrays and folders, for both tasks."""
import os.path as osp
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple, Union

import numpy as np
from PIL import Image
from tqdm import tqdm

from .folders import check_pixels, pair_files

Source = Union[str, Path, np.ndarray]


class FolderInferencer(ABC):
    """Runs a network on samples, or on one folder per modality.

    Attributes:
        kinds (tuple[str]): Kinds of pictures written for every stream.
        pipeline (Callable): The test pipeline. Of a path or an array for
            each modality it makes ``inputs`` and ``data_samples``, and the
            image to draw on, uint8 ``(H, W, 3)`` in RGB, or None.
        modalities (tuple[str]): Modalities of a sample.
        optional (tuple[str]): Further ones that it may have.
        suffixes (dict[str, str]): By modality, the end of file names.
    """

    kinds: Tuple[str, ...]
    pipeline: Callable[[dict], Tuple[dict, Optional[np.ndarray]]]
    modalities: Tuple[str, ...]
    optional: Tuple[str, ...] = ()
    suffixes: Dict[str, str]

    def __call__(self, sample: Dict[str, Source]) -> Any:
        """Predict one sample.

        Args:
            sample (dict): A path or an array for each modality. Arrays have
                the content of the data set's files, in their type and unit:
                ``(H, W)``, or ``(H, W, 3)`` in RGB.

        Returns:
            As from ``model.test_step``, with the predictions of all streams.

        Raises:
            FileNotFoundError: If a file does not exist.
            ValueError: If a modality is missing, unknown, broken, or of
                another type or size than it should be; the message names it.
        """
        return self.predict(self._load(sample)[0])

    def infer_folders(self, inputs: Mapping[str, Union[str, Path]],
                      out: Union[str, Path],
                      also: Optional[Callable] = None) -> List[str]:
        """Predict all samples of one folder per modality, and write them.

        The files of a sample have the same name, see :func:`pair_files`.
        The outputs are ``OUT/KIND/STREAM/NAME.png``; a stream is a modality
        or the 'ensemble'. A sample that cannot be read or predicted is named
        and skipped, whatever the error.

        Args:
            inputs (Mapping[str, str | Path]): A folder for each modality, or
                a file for each.
            out (str | Path): Folder to write to.
            also (Callable, optional): Called with name, data of the pipeline
                and pictures of each sample that was predicted. Defaults to
                None.

        Returns:
            list[str]: A sentence for each sample that failed or lacked a
            file.

        Raises:
            FileNotFoundError: If a folder does not exist.
            ValueError: If modalities are missing or unknown, there is no
                sample at all, or outputs would lie among the inputs.
        """
        self._check(inputs)
        samples, failures = pair_files(inputs, self.suffixes)
        self._keep_apart(inputs, Path(out))
        for name, files in tqdm(samples.items(), disable=None):
            try:
                data, image = self._load(files)
                drawn = self.draw(data, image)
            # A damaged file may raise anything, and the others are to go on.
            except Exception as error:
                failures.append(f'{name}: {_sentence(error, files)}')
                continue
            for stream, pictures in drawn.items():
                for kind, array in zip(self.kinds, pictures):
                    path = Path(out) / kind / stream / f'{name}.png'
                    path.parent.mkdir(parents=True, exist_ok=True)
                    Image.fromarray(array).save(path)
            if also is not None:
                also(name, data, drawn)
        return failures

    @abstractmethod
    def predict(self, data: dict) -> Any:
        """Predict a sample of the test pipeline."""

    @abstractmethod
    def draw(self, data: dict, image: Optional[np.ndarray]
             ) -> Dict[str, Tuple[np.ndarray, ...]]:
        """Predict and draw: by stream one picture per kind."""

    def _load(self, sample: Dict[str, Source]
              ) -> Tuple[dict, Optional[np.ndarray]]:
        """Check a sample and run the test pipeline."""
        self._check(sample)
        sources = {}
        for modality, source in sample.items():
            if not isinstance(source, np.ndarray):
                if not isinstance(source, (str, Path)):
                    raise ValueError(
                        f'the {modality} of the sample is a '
                        f'{type(source).__name__}: give a path, or an array '
                        'such as numpy.asarray makes of it')
                source = str(source)
                if not osp.isfile(source):
                    raise FileNotFoundError(
                        f'{source}, the {modality} of the sample, is not '
                        'there: give the path of a file')
                check_pixels(source)
            sources[modality] = source
        return self.pipeline(sources)

    def _check(self, given: Mapping[str, Any]) -> None:
        """Reject a sample with other modalities than the config's."""
        known = 'the modalities of the config are ' + ', '.join(
            self.modalities)
        unknown = set(given) - {*self.modalities, *self.optional}
        if unknown:
            raise ValueError(
                f'unknown modality {", ".join(sorted(unknown))}: {known}')
        present = tuple(m for m in self.modalities if m in given)
        if not present or not self._expect(present):
            missing = [m for m in self.modalities if m not in given]
            raise ValueError(
                f'modality {", ".join(missing)} is missing: {known}')

    def _expect(self, present: Tuple[str, ...]) -> bool:
        """Prepare for samples of these modalities; False if it cannot be."""
        return present == tuple(self.modalities)

    def _keep_apart(self, inputs: Mapping[str, Union[str, Path]],
                    out: Path) -> None:
        """Or the next run would read the outputs as inputs."""
        for path in (Path(p).resolve() for p in inputs.values()):
            for target in (out.resolve() / kind for kind in self.kinds):
                inside = path.is_dir() and path in (target, *target.parents)
                if inside or target in path.parents:
                    raise ValueError(
                        f'{target} would be written, but {path} is an input: '
                        'give another folder for the output')


def _sentence(error: Exception, files: Mapping[str, Path]) -> str:
    """An error in one line, which names a file of the sample."""
    text = ' '.join(str(error).split())
    paths = list(map(str, files.values()))
    if any(path in text for path in paths):
        return text
    return (f'{" and ".join(paths)} cannot be predicted '
            f'({type(error).__name__}: {text})')
