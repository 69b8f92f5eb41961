"""A sheet of the inputs, predictions and truth of one run."""
from typing import Sequence

from mmengine.config import Config

from ..style import check_name
from .load import load_run
from .run import Run, Sample
from .sheet import Group, Panel, draw_sheet


def contact_sheet(cfg: Config, checkpoint: str, out: str,
                  indices: Sequence[int]) -> None:
    """Draw some images of the test set.

    Args:
        cfg (Config): Of segmentation or translation.
        checkpoint (str): Weights trained with it.
        out (str): The picture to write.
        indices (Sequence[int]): Which images.

    Raises:
        FileNotFoundError: If checkpoint or data are not there.
        ValueError: If the name of the picture has no known ending, or the
            test set no such image.
    """
    check_name(out)
    run = load_run(cfg, checkpoint)
    for index in indices:
        if not 0 <= index < len(run.names):
            raise ValueError(f'--indices {index}: the test set has images '
                             f'0 to {len(run.names) - 1}')
    samples = [run.load(index) for index in indices]
    draw_sheet([
        group_of(run, run.names[index], sample)
        for index, sample in zip(indices, samples)
    ], out, run.legend(sample.truth for sample in samples))


def group_of(run: Run, name: str, sample: Sample) -> Group:
    """One line: inputs, streams, ensemble and truth of an image."""
    streams = run.predict(sample)
    ensemble = streams.pop('ensemble')
    outputs = {f'from {m}': stream for m, stream in streams.items()}
    outputs.update({'ensemble': ensemble, 'ground truth': sample.truth})
    panels = [Panel(m, picture) for m, picture in sample.inputs.items()]
    panels += [Panel(k, run.picture(v)) for k, v in outputs.items()]
    return Group(name, [panels])
