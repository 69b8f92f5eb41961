"""Images per second of a training pipeline on one core, step by step.

    python tools/analysis_tools/benchmark_pipeline.py \
        configs/cen/refinenet_r50_nyudv2.py

It renders rooms, whose noisy colours and measured depth are no easier to
decode than photographs, writes them to a temporary folder in the format of
NYUDv2 (8-bit colours, 16-bit depth, labels), and sends them through the
config's training pipeline in one process and one thread. The files are read
over and over, so that the disk is left out, and the time is that of the
processor, so that waiting for a busy one is.

A round is all images once; the figures are medians over the rounds, brackets
hold the slowest and the fastest. A data loader has as many times more as it
has workers on cores of their own.
"""
import os

# One core is what is measured. Before numpy is imported.
os.environ.setdefault('OMP_NUM_THREADS', '1')

import argparse
import tempfile
import time
from pathlib import Path
from typing import Dict, List

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import DefaultScope

from cen_mm.rooms import CLASSES, render_room

# The depth of NYUDv2 is in 1/5000 m, that of the rooms in millimetres.
DEPTH_FACTOR = 5


def write_samples(root: Path, count: int, height: int, width: int,
                  suffix: str) -> List[dict]:
    """Render rooms and write what a pipeline loads.

    Args:
        root (Path): Folder to write.
        count (int): Number of images.
        height (int): Rows of the images.
        width (int): Columns of the images.
        suffix (str): Of the colour images, '.png' or '.jpg'.

    Returns:
        list[dict]: What the data set would hand to the pipeline.
    """
    samples = []
    for index in range(count):
        room = render_room(0, index, height, width,
                           ('rgb', 'sensor_depth', 'label'))
        paths = {key: str(root / f'{index}_{key}{end}') for key, end in (
            ('img_path', suffix), ('depth_path', '.png'),
            ('seg_map_path', '.png'))}
        for path, pixels in zip(paths.values(), (
                room['rgb'][..., ::-1], room['sensor_depth'] * DEPTH_FACTOR,
                room['label'])):
            cv2.imwrite(path, pixels)
        samples.append(dict(
            paths, num_classes=len(CLASSES), label_map=None,
            reduce_zero_label=False))
    return samples


def measure(pipeline: list, samples: List[dict],
            rounds: int) -> Dict[str, np.ndarray]:
    """Time every step of a pipeline, in seconds of the processor.

    Args:
        pipeline (list[dict]): Configs of the transforms.
        samples (list[dict]): As of :func:`write_samples`.
        rounds (int): How often to read them all, after once to warm up.

    Returns:
        dict[str, np.ndarray]: Seconds an image by step, ``(rounds, )``.
    """
    steps = Compose(pipeline).transforms
    seconds = np.zeros((rounds + 1, len(steps)))
    for times in seconds:
        for sample in samples:
            results = dict(sample, seg_fields=[])
            for i, step in enumerate(steps):
                start = time.process_time()
                results = step(results)
                times[i] += time.process_time() - start
    names = [f'{i + 1} {type(step).__name__}' for i, step in enumerate(steps)]
    return dict(zip(names, seconds[1:].T / len(samples)))


def table(seconds: Dict[str, np.ndarray]) -> str:
    """Return a Markdown table and the sum.

    Args:
        seconds (dict[str, np.ndarray]): As of :func:`measure`.

    Returns:
        str: A row a step, the largest share in bold.
    """
    medians = {name: np.median(times) for name, times in seconds.items()}
    whole = sum(medians.values())
    lines = ['| step | ms an image | share |', '| --- | ---: | ---: |']
    for name, median in medians.items():
        share = f'{100 * median / whole:.0f} %'
        if median == max(medians.values()):
            share = f'**{share}**'
        lines.append(f'| {name} | {1000 * median:.2f} | {share} |')
    rates = 1 / sum(seconds.values())
    lines += ['', f'{np.median(rates):.1f} images/s ({rates.min():.1f} to '
                  f'{rates.max():.1f})']
    return '\n'.join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description='Images per second of a training pipeline on one core.',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('config', help='config with a train_dataloader')
    parser.add_argument('--images', type=int, default=24, help='in a round')
    parser.add_argument('--rounds', type=int, default=9,
                        help='after one to warm up')
    parser.add_argument('--size', default='480x640', help='rows x columns')
    parser.add_argument('--suffix', default='.png', choices=('.png', '.jpg'),
                        help='of the colour images')
    args = parser.parse_args()
    height, width = map(int, args.size.split('x'))
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    np.random.seed(0)
    cfg = Config.fromfile(args.config)
    with tempfile.TemporaryDirectory() as folder, \
            DefaultScope.overwrite_default_scope(cfg.default_scope):
        samples = write_samples(
            Path(folder), args.images, height, width, args.suffix)
        seconds = measure(
            cfg.train_dataloader.dataset.pipeline, samples, args.rounds)
    print(table(seconds))


if __name__ == '__main__':
    main()
