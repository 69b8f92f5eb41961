"""Layers and runs in tables and pictures: their names, and the tables."""
import csv
import difflib
import io
import os
from pathlib import Path
from typing import Container, Iterable, List, Sequence, Union

from ..engine.atomic_backend import write_whole


def find_layer(name: str, layers: Iterable[str], owner: str = '') -> str:
    """The whole name of the layer that is called so, or ends so.

    ``layer3.1.bn2`` stands for ``backbone.layer3.1.bn2``. Raises ValueError
    if none or several of ``layers`` fit; it begins with ``owner``, says
    whose they are, and suggests near names.
    """
    layers = list(layers)
    found = [k for k in layers if k == name] or [
        k for k in layers if k.endswith(f'.{name}')
    ]
    if len(found) == 1:
        return found[0]
    near = found or difflib.get_close_matches(name, layers, n=5, cutoff=0)
    raise ValueError(f'{owner}{name!r} is '
                     f'{"several layers" if found else "no layer"} that '
                     'exchanges channels; near names: ' + ', '.join(near))


def short_name(layer: str) -> str:
    """A layer's name for a picture, without the part of the model and mmseg's
    wrapper of timm's networks."""
    return layer.split('.', 1)[-1].removeprefix('timm_model.')


def run_names(folders: Sequence[Path]) -> List[str]:
    """What runs are called: their folders, with those above where needed.

    Raises:
        ValueError: If several runs lie in one folder.
    """
    if len(set(folders)) < len(folders):
        raise ValueError('several checkpoints lie in one folder: give one of '
                         'each run')
    names = [folder.name for folder in folders]
    if len(set(names)) == len(names):
        return names
    shared = os.path.commonpath(folders)
    return [os.path.relpath(folder, shared) for folder in folders]


def stream_of(key: str) -> str:
    """The stream that a metric such as ``rgb/mIoU`` or ``mIoU`` is of."""
    return key.rpartition('/')[0] or 'ensemble'


def metric_key(stream: str, metric: str) -> str:
    """What a metric of a stream is called, see :func:`stream_of`."""
    return metric if stream == 'ensemble' else f'{stream}/{metric}'


def write_csv(path: Union[str, Path], rows: Sequence[dict],
              columns: Sequence[str] = ()) -> None:
    """Write rows, whole or not at all.

    Args:
        path (str | Path): The file.
        rows (Sequence[dict]): Cells by column.
        columns (Sequence[str]): What the first line names. A row may lack
            some of them, and hold others, which are left out. Defaults to
            the columns of the first row.
    """
    file = io.StringIO()
    writer = csv.DictWriter(
        file, columns or list(rows[0]), extrasaction='ignore')
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, file.getvalue().encode())


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]],
             numbers: Container[str] = (), padded: bool = False) -> str:
    """A table in Markdown, without a newline at its end.

    Args:
        head (Sequence[str]): Titles of the columns.
        rows (Iterable[Sequence[str]]): Cells.
        numbers (Container[str]): Titles of the columns whose cells are
            aligned to the right. Defaults to none.
        padded (bool): Whether columns line up as text too, which is for a
            terminal. Defaults to False.
    """
    right = [title in numbers for title in head]
    lines = [head, ['---:' if side else '---' for side in right], *rows]
    if padded:
        widths = [max(map(len, column)) for column in zip(*lines)]
        lines = [[cell.rjust(width) if side else cell.ljust(width)
                  for cell, width, side in zip(line, widths, right)]
                 for line in lines]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)
