"""What is left of a net when sensors are absent or degraded."""
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.device import get_device
from mmengine.model import BaseModel
from mmengine.registry import init_default_scope

from ..apis.checkpoint import find_config, load_model
from ..apis.config import override
from ..datasets import Degrade
from ..models import CENSegmentor
from .files import prepare_file
from .held_out import check_truth, held_out_set
from .tables import markdown, metric_key, run_names, stream_of, write_csv
from .variants import check_evaluator, evaluate_variants, quiet

METRICS = 'mIoU', 'mAcc', 'aAcc'  # of the CSV; the table shows the first


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
        OSError: If a file is not there or cannot be written.
        ValueError: If arguments or checkpoints do not fit, or no run has a
            modality of ``degrade``.
    """
    if images is not None and images < 1:
        raise ValueError(f'--images must be >= 1, got {images}')
    if out:
        prepare_file(out)
    names = run_names([Path(path).resolve().parent for path in checkpoints])
    # All of them before the first test, which may take hours.
    runs = [_load(override(find_config(checkpoint, config), cfg_options),
                  checkpoint, degrade) for checkpoint in checkpoints]
    known = {name: None for run in runs for name in run.model.modalities}
    for text in degrade or ():
        if text.partition(':')[0] not in known:
            raise ValueError(f'--degrade {text}: no run has that modality, '
                             f'give one of {", ".join(known)}')
    table: List[Dict[str, Any]] = []
    for name, run in zip(names, runs):
        count = min(images or len(run.dataset), len(run.dataset))
        found = evaluate_variants(
            run.cfg, run.dataset, count,
            [partial(_predict, run.model, case) for case in run.cases], name)
        for case, metrics in zip(run.cases, found):
            streams = [stream_of(key) for key in metrics
                       if key.endswith(METRICS[0])]
            for stream in dict.fromkeys(['ensemble', *streams]):
                table.append(dict(
                    run=name, sensors=case.title, stream=stream, **{
                        key: metrics[metric_key(stream, key)]
                        for key in METRICS}))
    if out:
        write_csv(out, table)
    rows: Dict[str, Dict[str, str]] = {}
    for line in table:
        column = f'{line["run"]}: {line["stream"]}'
        rows.setdefault(line['sensors'], {})[column] = f'{line["mIoU"]:.1f}'
    columns = list(dict.fromkeys(c for row in rows.values() for c in row))
    return markdown(
        ['sensors', *columns],
        [[title, *(row.get(column, '') for column in columns)]
         for title, row in rows.items()], columns)


class _Run(NamedTuple):
    """A net and what it is tested on."""
    cfg: Config
    model: CENSegmentor
    dataset: BaseDataset
    cases: List[Failure]


def _load(cfg: Config, checkpoint: str,
          degrade: Optional[Sequence[str]]) -> _Run:
    """A run of which one image has been tested, to see that it can be."""
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
    check_evaluator(cfg)
    found, = evaluate_variants(
        cfg, dataset, 1, [partial(_predict, model, cases[0])], 'first image')
    absent = [key for key in METRICS if key not in found]
    if absent:
        raise ValueError(
            f'{cfg.filename}: val_evaluator measures {", ".join(found)}, and '
            f"the table needs {', '.join(absent)}: set iou_metrics=['mIoU'] "
            'there')
    return _Run(cfg, model, dataset, cases)


def _predict(model: BaseModel, case: Failure, data: dict) -> list:
    """Predict a batch of one by what the sensors give."""
    with quiet():
        model.present = case.present
    if case.degraded is not None:
        inputs, samples = data['inputs'], data['data_samples']
        data['inputs'] = [case.degraded(
            dict(inputs=inputs[0], data_samples=samples[0]))['inputs']]
    return model.test_step(data)
