"""The gammas that SparsityHook has kept of a run."""
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Union

import numpy as np


@dataclass
class GammaLog:
    """The scales of a run's exchanging norms, over its training.

    Attributes:
        steps (np.ndarray): Iterations done at each of S records, ``(S, )``.
        modalities (list[str]): The M names.
        gammas (dict[str, np.ndarray]): By layer, ``(S, M, C)``.
        replaced (dict[str, np.ndarray]): By layer, which channels were
            exchanged, booleans ``(S, M, C)``.
    """
    steps: np.ndarray
    modalities: List[str]
    gammas: Dict[str, np.ndarray]
    replaced: Dict[str, np.ndarray]

    @property
    def layers(self) -> List[str]:
        """Names, in the order of the network."""
        return list(self.gammas)

    def shares(self) -> np.ndarray:
        """Shares of exchanged channels, ``(S, L, M)``."""
        return np.stack([r.mean(axis=-1) for r in self.replaced.values()], 1)


def read_gammas(work_dir: Union[str, Path]) -> GammaLog:
    """Read ``<work_dir>/gammas``.

    Args:
        work_dir (str | Path): Of a training with a
            :class:`~cen_mm.engine.SparsityHook`.

    Returns:
        GammaLog: All records, in order.

    Raises:
        ValueError: If there are none, one cannot be read or has gammas that
            are not finite, or they are of different networks.
    """
    folder = Path(work_dir) / 'gammas'
    files = sorted(
        (file for file in folder.glob('iter_*.npz')
         if file.stem[len('iter_'):].isdigit()), key=_step)
    if not files:
        raise ValueError(
            f'{folder} holds no iter_*.npz: give the work dir of a training '
            'with a SparsityHook and exchange=dict(threshold=...) in its '
            'model, which writes them')
    records = [_read(file) for file in files]
    first = records[0]
    names = first.pop('modalities').tolist()
    shapes = {k: v.shape for k, v in first.items()}
    for file, record in zip(files[1:], records[1:]):
        if (record.pop('modalities').tolist() != names
                or {k: v.shape for k, v in record.items()} != shapes):
            raise ValueError(
                f'{file} has other layers or modalities than {files[0]}: two '
                'networks were trained in one work dir; delete the records '
                'of one')
    layers = [k for k in first if f'{k}/replaced' in first]

    def stacked(suffix: str) -> Dict[str, np.ndarray]:
        return {k: np.stack([r[k + suffix] for r in records]) for k in layers}

    return GammaLog(
        np.array([_step(file) for file in files]), names, stacked(''),
        stacked('/replaced'))


def _step(file: Path) -> int:
    return int(file.stem[len('iter_'):])


def _read(file: Path) -> Dict[str, np.ndarray]:
    try:
        with np.load(file) as arrays:
            record = {k: arrays[k] for k in arrays.files}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f'{file} cannot be read, perhaps the training was '
                         f'cut off while writing: delete it ({error})'
                         ) from error
    if 'modalities' not in record:
        raise ValueError(f'{file} does not name its modalities: it was '
                         'written by an older cen_mm; train again')
    for name, array in record.items():
        if array.dtype.kind == 'f' and not np.isfinite(array).all():
            raise ValueError(f'{file} has gammas of {name} that are not '
                             'finite: the training diverged; delete it and '
                             'what follows to look at what was before')
    return record
