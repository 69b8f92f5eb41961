"""The gammas that SparsityHook has kept of a run."""
import zipfile
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Union

import numpy as np

from ..style import check_name, save


class GammaLog(NamedTuple):
    """The scales of a run's exchanging norms, over its training.

    Attributes:
        steps (np.ndarray): Iterations done at each of S records, ``(S, )``.
        modalities (list[str]): The M names.
        gammas (dict[str, np.ndarray]): By layer, ``(S, M, C)``.
        replaced (dict[str, np.ndarray]): By layer, which channels were
            exchanged, booleans ``(S, M, C)``.
        thresholds (dict[str, float]): By layer, that of its exchange at the
            last record. Empty if an older cen_mm has written the records.
        work_dir (str): Of the training, for messages.
        label (str): What pictures call the run.
    """
    steps: np.ndarray
    modalities: List[str]
    gammas: Dict[str, np.ndarray]
    replaced: Dict[str, np.ndarray]
    thresholds: Dict[str, float]
    work_dir: str = ''
    label: str = ''

    def shares(self) -> np.ndarray:
        """Shares of exchanged channels, ``(S, L, M)``."""
        return np.stack([r.mean(axis=-1) for r in self.replaced.values()], 1)


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
    files = {int(file.stem[len('iter_'):]): file
             for file in folder.glob('iter_*.npz')
             if file.stem[len('iter_'):].isdigit()}
    steps = sorted(files)
    if not files:
        raise ValueError(
            f'{folder} holds no iter_*.npz: give the work dir of a training '
            'with a SparsityHook and exchange=dict(threshold=...) in its '
            'model, which writes them')
    records = [_read(files[step]) for step in steps]
    networks = [(record.pop('modalities').tolist(),
                 {name: array.shape for name, array in record.items()})
                for record in records]
    for step, network in zip(steps, networks):
        if network != networks[0]:
            raise ValueError(
                f'{files[step]} has other layers or modalities than '
                f'{files[steps[0]]}: two networks were trained in one work '
                'dir; delete the records of one')
    stacked = {name: np.stack([record[name] for record in records])
               for name in records[0]}
    layers = [name for name in stacked if f'{name}/replaced' in stacked]
    return GammaLog(
        np.array(steps), networks[0][0], {k: stacked[k] for k in layers},
        {k: stacked[f'{k}/replaced'] for k in layers},
        {k: float(stacked[f'{k}/threshold'][-1]) for k in layers
         if f'{k}/threshold' in stacked},
        str(work_dir), label or Path(work_dir).resolve().name)


def _read(file: Path) -> Dict[str, np.ndarray]:
    """The arrays of one record."""
    try:
        with np.load(file) as arrays:
            record = dict(arrays)
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


def plot_runs(draw: Callable, out: str, work_dirs: Sequence[str],
              labels: Optional[Sequence[str]] = None, **kwargs) -> str:
    """Draw the records of several runs to the file ``out``.

    ``draw`` is ``draw_proportions`` or ``draw_trajectories``, with its
    ``kwargs``. Returns the text for the terminal.

    Raises:
        OSError: As of :func:`check_name`.
        ValueError: As of it, :func:`read_gammas` and ``draw``, or if there is
            another number of labels than of runs.
    """
    check_name(out)
    if labels and len(labels) != len(work_dirs):
        raise ValueError(f'{len(labels)} --labels for {len(work_dirs)} work '
                         'dirs: give one for each')
    logs = map(read_gammas, work_dirs, labels or [None] * len(work_dirs))
    figure, text = draw(list(logs), **kwargs)
    save(figure, out)
    return f'{text}\n{out} written'
