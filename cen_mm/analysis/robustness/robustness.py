"""The table of robustness."""
import math
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.model import BaseModel
from mmengine.registry import init_default_scope

from ...apis.checkpoint import find_config, load_model
from ...apis.config import override
from ...datasets import Degrade
from ...models import CENSegmentor
from ..held_out import check_truth, held_out_set
from ..tables import run_names, write_csv
from ..variants import evaluate_variants, quiet


class Failure(NamedTuple):
    """One state of the sensors.

    Attributes:
        present (tuple[str]): Modalities that are there.
        degraded (Degrade, optional): What one of them suffers.
    """
    present: Tuple[str, ...]
    degraded: Optional[Degrade] = None

    @property
    def title(self) -> str:
        """In words: such as 'rgb' or 'rgb, depth; depth holes 0.5'."""
        title = ', '.join(self.present)
        if self.degraded is None:
            return title
        d = self.degraded
        amount = '' if d.how == 'stuck' else f' {d.amount:g}'
        return f'{title}; {d.modality} {d.how}{amount}'


def failures(modalities: Sequence[str],
             degrade: Optional[Sequence[str]] = None) -> List[Failure]:
    """All subsets of the modalities, the whole first, then degraded sensors.

    Args:
        modalities (Sequence[str]): Of a model.
        degrade (Sequence[str], optional): ``MODALITY:HOW:AMOUNT``, see
            :class:`~cen_mm.datasets.Degrade`; those of other modalities are
            left out. Defaults to a stock choice.

    Raises:
        ValueError: If an entry is not of this form.
    """
    names = tuple(modalities)
    found = [Failure(subset) for size in range(len(names), 0, -1)
             for subset in combinations(names, size)]
    if degrade is None:
        degrade = []
        for name in names:
            degrade += ([f'{name}:dark:0.9', f'{name}:noise:25']
                        if name == 'rgb' else [f'{name}:holes:0.5'])
            degrade.append(f'{name}:stuck')
        degrade += [f'{name}:shift:4' for name in names[1:]]
    for text in degrade:
        modality, _, rest = text.partition(':')
        how, _, amount = rest.partition(':')
        try:
            step = Degrade(modality, how, float(amount or 0))
        except ValueError as error:
            raise ValueError(f'{text} is not MODALITY:HOW:AMOUNT, such as '
                             f'depth:holes:0.5: {error}') from error
        if modality in names:
            found.append(Failure(names, step))
    return found


def measure_robustness(checkpoints: Sequence[str],
                       out: Optional[str] = None,
                       config: Optional[str] = None,
                       degrade: Optional[Sequence[str]] = None,
                       images: Optional[int] = None,
                       cfg_options: Sequence[str] = ()) -> str:
    """mIoU of every stream of some runs, for every failure.

    Args:
        checkpoints (Sequence[str]): Paths. A run is called by the folder of
            its checkpoint, below the folder that all lie in.
        out (str, optional): A CSV to write, of all metrics.
        config (str, optional): Config of all. Defaults to the one beside
            each checkpoint.
        degrade (Sequence[str], optional): See :func:`failures`.
        images (int, optional): How many of the test set. Defaults to all.
        cfg_options (Sequence[str]): ``KEY=VALUE`` overrides.

    Returns:
        str: A table in Markdown: failures by streams.

    Raises:
        OSError: If a file is not there.
        ValueError: If arguments or checkpoints do not fit.
    """
    if images is not None and images < 1:
        raise ValueError(f'--images must be >= 1, got {images}')
    names = run_names([Path(path).resolve().parent for path in checkpoints])
    rows: Dict[str, Dict[str, float]] = {}
    table: List[dict] = []
    for name, checkpoint in zip(names, checkpoints):
        cfg = override(find_config(checkpoint, config), cfg_options)
        for title, metrics in _measure(cfg, checkpoint, degrade, images):
            for stream in ('ensemble', *_streams(metrics)):
                prefix = '' if stream == 'ensemble' else f'{stream}/'
                rows.setdefault(title, {})[f'{name}: {stream}'] = metrics[
                    f'{prefix}mIoU']
                table.append(dict(
                    run=name, sensors=title, stream=stream,
                    **{key: metrics[prefix + key]
                       for key in ('mIoU', 'mAcc', 'aAcc')}))
    if out:
        write_csv(out, table)
    columns = list(dict.fromkeys(c for row in rows.values() for c in row))
    lines = [['sensors', *columns], ['---', *['---:'] * len(columns)]]
    for title, row in rows.items():
        values = (row.get(column, math.nan) for column in columns)
        lines.append([title, *('' if math.isnan(v) else f'{v:.1f}'
                               for v in values)])
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def _streams(metrics: Dict[str, float]) -> List[str]:
    return [key[:-len('/mIoU')] for key in metrics if key.endswith('/mIoU')]


def _measure(cfg: Config, checkpoint: str, degrade: Optional[Sequence[str]],
             images: Optional[int]) -> List[Tuple[str, Dict[str, float]]]:
    """Titles and metrics of all failures of one run."""
    model, _ = load_model(cfg, checkpoint)
    if not isinstance(model, CENSegmentor):
        raise ValueError(
            f'{checkpoint} is a {type(model).__name__}, which needs all that '
            'it was trained with: give one of a CENSegmentor')
    model = model.to(get_device())
    cases = failures(model.modalities, degrade)
    init_default_scope('mmseg')
    dataset = held_out_set(cfg)
    check_truth(dataset[0])
    count = min(images or len(dataset), len(dataset))
    metrics = evaluate_variants(
        cfg, dataset, count, [partial(_predict, model, c) for c in cases],
        Path(checkpoint).parent.name)
    return list(zip((case.title for case in cases), metrics))


def _predict(model: BaseModel, case: Failure, data: dict) -> list:
    """Predict a batch of one by what the sensors give."""
    with quiet():
        model.present = case.present
    if case.degraded is not None:
        inputs, samples = data['inputs'], data['data_samples']
        data['inputs'] = [case.degraded(
            dict(inputs=inputs[0], data_samples=samples[0]))['inputs']]
    return model.test_step(data)
