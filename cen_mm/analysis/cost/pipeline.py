"""Images per second of a training pipeline on one core, step by step."""
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

from ...rooms import CLASSES, render_room
from ..tables import markdown
from .environment import at_least, height_width

# The depth of NYUDv2 is in 1/5000 m, that of the rooms in millimetres.
DEPTH_FACTOR = 5


def benchmark_pipeline(cfg: Config, images: int, rounds: int, size: str,
                       suffix: str) -> str:
    """Time the training pipeline of a config on rendered rooms.

    Args:
        cfg (Config): With a ``train_dataloader``.
        images (int): In a round.
        rounds (int): Rounds, after one to warm up.
        size (str): Rows and columns, ``'480x640'``.
        suffix (str): Of the colour images, '.png' or '.jpg'.

    Returns:
        str: A table in Markdown, and images per second.

    Raises:
        ValueError: If an argument does not fit.
    """
    at_least(1, images=images, rounds=rounds)
    height, width = height_width(size)
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    np.random.seed(0)
    with tempfile.TemporaryDirectory() as folder, \
            DefaultScope.overwrite_default_scope(cfg.default_scope):
        samples = write_samples(Path(folder), images, height, width, suffix)
        return table(time_steps(
            cfg.train_dataloader.dataset.pipeline, samples, rounds))


def write_samples(root: Path, count: int, height: int, width: int,
                  suffix: str) -> List[dict]:
    """Render rooms into files like those of NYUDv2; returns what the data
    set would hand to the pipeline."""
    samples = []
    for index in range(count):
        room = render_room(0, index, height, width,
                           ('rgb', 'sensor_depth', 'label'))
        files = dict(
            img_path=(room['rgb'][..., ::-1], f'rgb{suffix}'),
            depth_path=(room['sensor_depth'] * DEPTH_FACTOR, 'depth.png'),
            seg_map_path=(room['label'], 'label.png'))
        sample = dict(num_classes=len(CLASSES), label_map=None,
                      reduce_zero_label=False)
        for key, (pixels, name) in files.items():
            sample[key] = str(root / f'{index}_{name}')
            cv2.imwrite(sample[key], pixels)
        samples.append(sample)
    return samples


def time_steps(pipeline: list, samples: List[dict],
               rounds: int) -> Dict[str, np.ndarray]:
    """Seconds of the processor an image by step, ``(rounds, )``, in rounds
    over all samples after one to warm up."""
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
    """A row a step, the largest share in bold, and images per second."""
    medians = {name: np.median(times) for name, times in seconds.items()}
    whole = sum(medians.values())
    rows = []
    for name, median in medians.items():
        share = f'{100 * median / whole:.0f} %'
        if median == max(medians.values()):
            share = f'**{share}**'
        rows.append([name, f'{1000 * median:.2f}', share])
    rates = 1 / sum(seconds.values())
    head = ['step', 'ms an image', 'share']
    return (f'{markdown(head, rows, head[1:])}\n\n{np.median(rates):.1f} '
            f'images/s ({rates.min():.1f} to {rates.max():.1f})')
