"""Render the demo data set.

    python tools/dataset_converters/rooms.py --out data/rooms

It writes ``<domain>/<stem>.png`` for every domain, ``train.txt`` and
``val.txt`` with one stem a line, and ``rooms.json``, which tells how the
images were made. An interrupted run goes on where it stopped.
"""
import os

# The workers are all the parallelism there is. Before numpy is imported.
os.environ.setdefault('OMP_NUM_THREADS', '1')

import argparse
import json
import shutil
import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Optional, Sequence, Union

import cv2
from tqdm import tqdm

from cen_mm.datasets.rooms import DOMAINS, RENDERER, render_room

# A longer train split must not eat rooms of the val split.
FIRST = {'train': 0, 'val': 50000}
COUNTS = {'train': 800, 'val': 200}
ROOMS_A_SPLIT = 50000


def convert(out: Union[str, Path],
            counts: dict = COUNTS,
            height: int = 96,
            width: int = 128,
            seed: int = 0,
            domains: Sequence[str] = DOMAINS,
            workers: Optional[int] = None,
            overwrite: bool = False) -> int:
    """Render what a tree lacks.

    Args:
        out (str or Path): Folder to write.
        counts (dict): Number of images by split. Defaults to 800 in 'train'
            and 200 in 'val'.
        height (int): Rows of the images. Defaults to 96.
        width (int): Columns of the images. Defaults to 128.
        seed (int): Other seeds give other rooms. Defaults to 0.
        domains (sequence[str]): Folders to write. Defaults to all domains.
        workers (int, optional): Number of processes. It does not change the
            images. Defaults to the number of cores.
        overwrite (bool): Whether to remove the images of a tree that was
            made otherwise. Defaults to False.

    Returns:
        int: Number of rooms rendered.

    Raises:
        ValueError: If the folder holds images made otherwise, or a split
            has more than 50000 rooms.
    """
    out = Path(out)
    for split, count in counts.items():
        if not 0 < count <= ROOMS_A_SPLIT:
            raise ValueError(f'{split} has {count} images: ask for 1 to '
                             f'{ROOMS_A_SPLIT}')
    _claim(out, dict(renderer=RENDERER, height=height, width=width, seed=seed),
           overwrite)
    for domain in domains:
        (out / domain).mkdir(exist_ok=True)
    indices = {split: range(FIRST[split], FIRST[split] + count)
               for split, count in counts.items()}
    missing = [index for numbers in indices.values() for index in numbers
               if not all(_path(out, domain, index).is_file()
                          for domain in domains)]
    work = partial(_write_room, out, seed, height, width, domains)
    with Pool(workers, initializer=cv2.setNumThreads, initargs=(0, )) as pool:
        for _ in tqdm(pool.imap_unordered(work, missing, chunksize=4),
                      total=len(missing), desc='render', unit='room'):
            pass
    for split, numbers in indices.items():
        lines = ''.join(f'{index:05d}\n' for index in numbers)
        (out / f'{split}.txt').write_text(lines)
    return len(missing)


def _claim(out: Path, settings: dict, overwrite: bool) -> None:
    """Make sure that all images of a folder are made by one recipe."""
    record = out / 'rooms.json'
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
        for domain in DOMAINS:
            shutil.rmtree(out / domain, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(settings, indent=2) + '\n')


def _path(out: Path, domain: str, index: int) -> Path:
    return out / domain / f'{index:05d}.png'


def _write_room(out, seed, height, width, domains, index):
    images = render_room(seed, index, height, width, domains)
    for domain, image in images.items():
        path = _path(out, domain, index)
        # Under another name until it is whole, as runs get interrupted.
        partial_path = path.with_name(f'.{path.name}')
        bgr = image[..., ::-1] if image.ndim == 3 else image
        if not cv2.imwrite(str(partial_path), bgr):
            raise OSError(f'{path} cannot be written: check the free space '
                          'and your rights in that folder')
        partial_path.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description='Render the demo data set of rooms.',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('--out', default='data/rooms', help='folder to write')
    for split, count in COUNTS.items():
        parser.add_argument(f'--{split}', type=int, default=count,
                            help=f'number of images in {split}.txt')
    parser.add_argument('--height', type=int, default=96, help='rows')
    parser.add_argument('--width', type=int, default=128, help='columns')
    parser.add_argument('--seed', type=int, default=0,
                        help='another seed gives other rooms')
    parser.add_argument('--domains', nargs='+', default=DOMAINS,
                        choices=DOMAINS, metavar='DOMAIN',
                        help=f'folders to write, of {", ".join(DOMAINS)}')
    parser.add_argument('--workers', type=int, default=os.cpu_count(),
                        help='processes')
    parser.add_argument('--overwrite', action='store_true',
                        help='replace images that were made otherwise')
    args = parser.parse_args()
    try:
        count = convert(args.out, dict(train=args.train, val=args.val),
                        args.height, args.width, args.seed, args.domains,
                        args.workers, args.overwrite)
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    print(f'rendered {count} rooms into {args.out}')


if __name__ == '__main__':
    main()
