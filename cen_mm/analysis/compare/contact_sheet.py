"""A sheet of the inputs, predictions and truth of one run."""
from typing import Sequence

from mmengine.config import Config

from ..style import check_name
from .run import load_run
from .sheet import Group, Panel, draw_sheet


def contact_sheet(cfg: Config, checkpoint: str, out: str,
                  indices: Sequence[int]) -> None:
    """Draw some images of the test set, a line each.

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
    groups, truths = [], []
    for index in indices:
        sample = run.load(index)
        streams = run.predict(sample)
        ensemble = streams.pop('ensemble')
        outputs = {f'from {m}': stream for m, stream in streams.items()}
        outputs.update({'ensemble': ensemble, 'ground truth': sample.truth})
        panels = [Panel(m, picture) for m, picture in sample.inputs.items()]
        panels += [Panel(k, run.picture(v)) for k, v in outputs.items()]
        groups.append(Group(run.names[index], [panels]))
        truths.append(sample.truth)
    draw_sheet(groups, out, [*run.legend(truths), *sample.key])
