"""Inference on folders, for both tasks."""
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Sequence, Tuple, Union

import numpy as np
from mmengine.utils import track_iter_progress
from PIL import Image

from .folders import pair_files


class FolderInferencer:
    """Reads one folder per modality and writes pictures.

    Attributes:
        kinds (tuple[str]): Kinds of pictures written for every stream.
        pipeline (Callable): Loads a sample, given a path or an array for
            each modality. ``pipeline.check(modalities)`` raises ValueError
            unless they are those of the config.
        suffixes (dict[str, str]): By modality, the end of file names.
    """

    kinds: Tuple[str, ...]
    pipeline: Callable[[dict], Any]
    suffixes: Dict[str, str]

    def infer_folders(self, inputs: Mapping[str, Union[str, Path]],
                      out: Union[str, Path]) -> List[str]:
        """Predict all samples of one folder per modality, and write them.

        The files of a sample have the same name, see :func:`pair_files`.
        The outputs are ``OUT/KIND/STREAM/NAME.png``; a stream is a modality
        or the 'ensemble'. A sample that cannot be read is skipped.

        Args:
            inputs (Mapping[str, str | Path]): A folder for each modality, or
                a file for each.
            out (str | Path): Folder to write to.

        Returns:
            list[str]: A sentence for each file that was broken or lacked a
            partner.

        Raises:
            FileNotFoundError: If a folder does not exist.
            ValueError: If modalities are missing or unknown, there is no
                sample at all, or outputs would lie among the inputs.
        """
        self.pipeline.check(inputs)
        samples, failures = pair_files(inputs, self.suffixes)
        self._keep_apart(inputs, Path(out))
        for name, files in track_iter_progress(list(samples.items())):
            try:
                loaded = self.pipeline(files)
            except (OSError, ValueError) as error:
                failures.append(f'{name}: {error}')
                continue
            for stream, pictures in self.draw(loaded).items():
                for kind, array in zip(self.kinds, pictures):
                    path = Path(out) / kind / stream / f'{name}.png'
                    path.parent.mkdir(parents=True, exist_ok=True)
                    Image.fromarray(array).save(path)
        return failures

    def draw(self, loaded: Any) -> Dict[str, Sequence[np.ndarray]]:
        """Pictures of a sample that the pipeline has loaded.

        Returns:
            dict[str, Sequence[np.ndarray]]: By stream one picture per kind.
        """
        raise NotImplementedError

    def _keep_apart(self, inputs: Mapping[str, Union[str, Path]],
                    out: Path) -> None:
        for path in (Path(p).resolve() for p in inputs.values()):
            for target in (out.resolve() / kind for kind in self.kinds):
                # Or the next run would read the outputs as inputs.
                inside = path.is_dir() and path in (target, *target.parents)
                if inside or target in path.parents:
                    raise ValueError(
                        f'{target} would be written, but {path} is an input: '
                        'give another folder for the output')
