"""The checkpoint that a training goes on from."""
from pathlib import Path
from typing import Optional

from mmengine.logging import print_log

from .checkpoint import read_checkpoint
from .config import UsageError

NEEDED = ('state_dict', 'optimizer', 'message_hub', 'meta')


def read_resumable(checkpoint: str) -> dict:
    """Read a checkpoint that a training can be resumed from.

    Args:
        checkpoint (str): Path or URL.

    Returns:
        dict: What the training saved.

    Raises:
        UsageError: If it does not exist, cannot be read, or holds weights
            alone, as a best one or one for inference does.
    """
    try:
        loaded = read_checkpoint(checkpoint)
    except (OSError, ValueError) as error:
        raise UsageError(str(error)) from error
    lacks = [name for name in NEEDED if name not in loaded]
    if not lacks:
        lacks = [f'meta.{name}' for name in ('epoch', 'iter')
                 if name not in loaded['meta']]
    if lacks:
        raise UsageError(
            f'{checkpoint} cannot be resumed, as it has no '
            f'{", ".join(lacks)}: give an epoch_*.pth or iter_*.pth of a '
            'training, or leave --resume out to start from its weights with '
            'load_from')
    return loaded


def latest_checkpoint(work_dir: str) -> Optional[str]:
    """Find the checkpoint that a run resumes from.

    Args:
        work_dir (str): Where the run has saved.

    Returns:
        str | None: What ``last_checkpoint`` names; if that file or the
        pointer is broken, the newest checkpoint that can be resumed, which
        the log says. None if there is none at all.

    Raises:
        UsageError: If there are checkpoints, and none can be resumed.
    """
    folder = Path(work_dir)
    pointer = folder / 'last_checkpoint'
    named = pointer.read_text().strip() if pointer.is_file() else ''
    saved = sorted(folder.glob('*.pth'), key=lambda p: -p.stat().st_mtime)
    for path in ([Path(named)] if named else []) + saved:
        try:
            read_resumable(str(path))
        except UsageError:
            continue
        if str(path) != named:
            print_log(f'{pointer} names {named or "nothing"}, which cannot '
                      f'be resumed: {path} is the newest that can', 'current',
                      30)
        return str(path)
    if saved:
        raise UsageError(f'{folder} holds no checkpoint that can be resumed: '
                         'train anew with another --work-dir')
    return None


def choose_checkpoint(work_dir: str, load_from: Optional[str]
                      ) -> Optional[str]:
    """The checkpoint of ``--resume``: that of ``load_from``, or the latest.

    Args:
        work_dir (str): Where the run has saved.
        load_from (str, optional): Of the config.

    Raises:
        UsageError: If both are there, or as of :func:`latest_checkpoint`.
    """
    if load_from is None:
        return latest_checkpoint(work_dir)
    folder = Path(work_dir)
    if (folder / 'last_checkpoint').is_file() and (
            folder.resolve() not in Path(load_from).resolve().parents):
        raise UsageError(
            f'--resume could go on from load_from={load_from} or from what '
            f'{folder} holds: add --cfg-options load_from=None for the '
            'latter, or give another --work-dir')
    return load_from
