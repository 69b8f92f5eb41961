"""The gammas that SparsityHook has kept of a run."""
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
from matplotlib.figure import Figure

from ..layer_names import find_layer
from ..style import save


@dataclass
class GammaLog:
    """The scales of a run's exchanging norms, over its training.

    Attributes:
        steps (np.ndarray): Iterations done at each of S records, ``(S, )``.
        modalities (list[str]): The M names.
        gammas (dict[str, np.ndarray]): By layer, ``(S, M, C)``.
        replaced (dict[str, np.ndarray]): By layer, which channels were
            exchanged, booleans ``(S, M, C)``.
        work_dir (str): Of the training, for messages.
        label (str): What pictures call the run.
    """
    steps: np.ndarray
    modalities: List[str]
    gammas: Dict[str, np.ndarray]
    replaced: Dict[str, np.ndarray]
    work_dir: str = ''
    label: str = ''

    @property
    def layers(self) -> List[str]:
        """Names, in the order of the network."""
        return list(self.gammas)

    def shares(self) -> np.ndarray:
        """Shares of exchanged channels, ``(S, L, M)``."""
        return np.stack([r.mean(axis=-1) for r in self.replaced.values()], 1)

    def find_layer(self, name: str) -> str:
        """The whole name of a layer; ValueError if none or several fit."""
        try:
            return find_layer(name, self.layers)
        except ValueError as error:
            raise ValueError(f'{self.work_dir}: {error}') from error


def read_gammas(work_dir: Union[str, Path],
                label: Optional[str] = None) -> GammaLog:
    """Read all records of ``<work_dir>/gammas``.

    Args:
        work_dir (str | Path): Of a training with a
            :class:`~cen_mm.engine.SparsityHook`.
        label (str, optional): Defaults to the name of the work dir.

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
    networks = [(record.pop('modalities').tolist(),
                 {k: v.shape for k, v in record.items()})
                for record in records]
    for file, network in zip(files, networks):
        if network != networks[0]:
            raise ValueError(
                f'{file} has other layers or modalities than {files[0]}: two '
                'networks were trained in one work dir; delete the records '
                'of one')
    layers = [k for k in records[0] if f'{k}/replaced' in records[0]]

    def stacked(suffix: str) -> Dict[str, np.ndarray]:
        return {k: np.stack([r[k + suffix] for r in records]) for k in layers}

    return GammaLog(
        np.array([_step(file) for file in files]), networks[0][0],
        stacked(''), stacked('/replaced'), str(work_dir),
        label or Path(work_dir).resolve().name)


def plot_runs(draw: Callable[..., Tuple[Figure, str]], out: str,
              work_dirs: Sequence[str],
              labels: Optional[Sequence[str]] = None, **kwargs) -> str:
    """Draw the records of several runs; returns text for the terminal.

    Args:
        draw (Callable): ``draw_proportions`` or ``draw_trajectories``.
        out (str): Picture to write.
        work_dirs (Sequence[str]): See :func:`read_gammas`.
        labels (Sequence[str], optional): One a run. Defaults to the names
            of the work dirs.
        kwargs: Of ``draw``.

    Raises:
        ValueError: As of :func:`read_gammas` and ``draw``, or if there is
            another number of labels than of runs.
    """
    if labels and len(labels) != len(work_dirs):
        raise ValueError(f'{len(labels)} --labels for {len(work_dirs)} work '
                         'dirs: give one for each')
    figure, text = draw([
        read_gammas(*run)
        for run in zip(work_dirs, labels or [None] * len(work_dirs))
    ], **kwargs)
    save(figure, out)
    return f'{text}\n{out} written'


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
