"""The demo data set of rendered rooms.

A tree holds ``<domain>/<stem>.png`` for every domain, ``train.txt`` and
``val.txt`` with one stem a line, and ``rooms.json``, the settings of the
renderer.
"""
import json
import shutil
from functools import partial
from multiprocessing import Pool, parent_process
from pathlib import Path
from typing import Dict, Optional, Sequence, Union

import cv2
from tqdm import tqdm

from ...rooms import DOMAINS, RENDERER, check_domains, render_room
from .images import lists_last, whole, write_image

# Splits do not overlap however long they are.
FIRST = dict(train=0, val=50000)
ROOMS_A_SPLIT = 50000
RECORD = 'rooms.json'


def convert(out: Union[str, Path],
            counts: Dict[str, int],
            height: int = 96,
            width: int = 128,
            seed: int = 0,
            domains: Sequence[str] = DOMAINS,
            workers: Optional[int] = None,
            overwrite: bool = False) -> int:
    """Render the images of a tree that are missing or broken.

    An interrupted run is resumed. The lists are there only when all images
    are.

    Args:
        out (str or Path): Folder to write.
        counts (dict): Number of images in 'train' and in 'val'.
        height (int): Rows of the images. Defaults to 96.
        width (int): Columns of the images. Defaults to 128.
        seed (int): Other seeds give other rooms. Defaults to 0.
        domains (sequence[str]): Folders to write. Defaults to all domains.
        workers (int, optional): Number of processes. It does not change the
            images. Defaults to the number of cores.
        overwrite (bool): Whether to remove images that were rendered with
            other settings. Defaults to False.

    Returns:
        int: Number of rooms rendered.

    Raises:
        ValueError: If the folder holds images rendered with other settings,
            a split has more than 50000 rooms, or a domain is unknown.
    """
    out = Path(out)
    check_domains(domains)
    for split, count in counts.items():
        if not 0 < count <= ROOMS_A_SPLIT:
            raise ValueError(f'{split} has {count} images: ask for 1 to '
                             f'{ROOMS_A_SPLIT}')
    settings = dict(renderer=RENDERER, height=height, width=width, seed=seed)
    outdated = _are_outdated(out, settings, overwrite)
    indices = {split: range(FIRST[split], FIRST[split] + count)
               for split, count in counts.items()}
    every = [index for numbers in indices.values() for index in numbers]
    render = partial(_render, out, seed, height, width, domains)
    with lists_last(out, {split: [f'{index:05d}' for index in numbers]
                          for split, numbers in indices.items()}), Pool(
            workers, initializer=cv2.setNumThreads, initargs=(0, )) as pool:
        if outdated:
            for domain in DOMAINS:
                shutil.rmtree(out / domain, ignore_errors=True)
        for domain in domains:
            (out / domain).mkdir(parents=True, exist_ok=True)
        with whole(out / RECORD) as record:
            record.write_text(json.dumps(settings, indent=2) + '\n')
        return sum(tqdm(pool.imap_unordered(render, every, chunksize=4),
                        total=len(every), desc='render', unit='room'))


def _are_outdated(out: Path, settings: dict, overwrite: bool) -> bool:
    """Whether the images of a folder have other settings."""
    record = out / RECORD
    found = json.loads(record.read_text()) if record.is_file() else None
    if found is None and any((out / domain).exists() for domain in DOMAINS):
        raise ValueError(f'{out} holds images but no {record.name}: choose '
                         'another --out')
    if found not in (None, settings):
        if not overwrite:
            raise ValueError(
                f'{record} says {found}, but {settings} is asked for: '
                'choose another --out, or replace the images with '
                '--overwrite')
        return True
    return False


def _render(out, seed, height, width, domains, index) -> bool:
    """Render a room unless all of its images can be read."""
    if not parent_process().is_alive():
        raise SystemExit  # or it would render what a killed run has left
    paths = {domain: out / domain / f'{index:05d}.png' for domain in domains}
    if all(path.is_file() and cv2.imread(str(path), -1) is not None
           for path in paths.values()):
        return False
    images = render_room(seed, index, height, width, domains)
    for domain, image in images.items():
        write_image(paths[domain],
                    image[..., ::-1] if image.ndim == 3 else image)
    return True
