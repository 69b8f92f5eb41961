"""Trained models beside the images of their test sets, whatever the task."""
from abc import ABC, abstractmethod
from pathlib import Path
from typing import (
    Any,
    Dict,
    Iterable,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)

import numpy as np
from mmengine.config import Config
from mmengine.device import get_device

from ...apis.checkpoint import find_config, load_model
from ...apis.config import override
from ..held_out import held_out_set


class Sample(NamedTuple):
    """One test image, as loaded.

    Attributes:
        inputs (dict[str, np.ndarray]): ``(H, W, 3)`` uint8 pictures by
            modality.
        truth (np.ndarray): ``(H, W)`` labels, or an image ``(H, W, 3)``.
        data (dict): What the data set gives the model.
        key (Sequence[tuple]): Names and colours of values of the inputs, for
            a legend. Defaults to none.
    """
    inputs: Dict[str, np.ndarray]
    truth: np.ndarray
    data: dict
    key: Sequence[tuple] = ()


class Run(ABC):
    """A trained model and its test images. Each task has a subclass.

    Attributes:
        names (list[str]): Names of the test images.
        measure (str): Name of what :meth:`score` returns.
        truth (str): What the truth is called.
        task (dict[str, Any]): The facts that do not depend on the images.
        paths (dict[str, str]): Keys of paths in the data set's entries, by
            what the files hold.

    Raises:
        FileNotFoundError: If checkpoint or data are not there.
        ValueError: If the checkpoint is one of another model.
    """
    measure: str
    truth: str
    task: Dict[str, Any]
    paths: Dict[str, str]

    def __init__(self, cfg: Config, checkpoint: str) -> None:
        self.cfg = cfg
        self.model = load_model(cfg, checkpoint)[0].to(get_device())
        self.dataset = held_out_set(cfg)
        self.views = [
            self.dataset.get_data_info(i) for i in range(len(self.dataset))
        ]
        self.names = [self.name_of(view) for view in self.views]

    @abstractmethod
    def name_of(self, view: dict) -> str:
        """The name of an image, from the data set's entry of it."""

    def facts(self) -> Dict[str, Any]:
        """What runs must have in common to be compared, by name.

        A fact that only one run has, such as the files of an input that the
        others do not read, is not compared. Counts come before the lists that
        they count.
        """
        return {
            **self.task, 'numbers of test images': len(self.names),
            **{
                f'{what} files': [str(Path(view[key]).resolve())
                                  for view in self.views]
                for what, key in self.paths.items() if key in self.views[0]
            },
            f'sizes of the first {self.truth}': self.load(0).truth.shape
        }

    @abstractmethod
    def load(self, index: int) -> Sample:
        """One test image."""

    def rgb(self, sample: Sample) -> Optional[np.ndarray]:
        """The RGB image of a sample, None if the run does not have it."""
        return sample.inputs.get('rgb')

    @abstractmethod
    def predict(self, sample: Sample) -> Dict[str, np.ndarray]:
        """Predictions by stream, and last for 'ensemble', which is all that
        a model without streams has; shaped as the truth. Uses up the data."""

    @abstractmethod
    def picture(self, prediction: np.ndarray) -> np.ndarray:
        """A prediction, or the truth, in colours: ``(H, W, 3)`` uint8."""

    def legend(self, truths: Iterable[np.ndarray]) -> List[tuple]:
        """Names and RGB colours in some truths and their predictions."""
        return []

    @abstractmethod
    def known(self, truth: np.ndarray) -> np.ndarray:
        """Where there is a truth, ``(H, W)`` bool."""

    @abstractmethod
    def difference(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """The distance of predictions or truth at each pixel, ``(H, W)``."""

    @abstractmethod
    def score(self, error: float) -> str:
        """The mean difference from the truth, in terms of ``measure``."""


def load_run(cfg: Config, checkpoint: str) -> Run:
    """The run of a config, whose ``default_scope`` tells the task."""
    # Each imports the library of its task, which the other does without.
    if cfg.get('default_scope') == 'mmagic':
        from .translation import TranslationRun as Task
    else:
        from .segmentation import SegmentationRun as Task
    return Task(cfg, checkpoint)


def load_runs(checkpoints: Sequence[Tuple[str, str]],
              configs: Mapping[str, str] = {},
              options: Sequence[str] = ()) -> Dict[str, Run]:
    """Runs that are tested on the same images, by name.

    Args:
        checkpoints (Sequence[tuple[str, str]]): Name and path of each.
        configs (Mapping[str, str]): Paths of the configs that do not lie
            beside their checkpoints, by the name of the run.
        options (Sequence[str]): ``KEY=VALUE`` overrides for all configs.

    Raises:
        FileNotFoundError: If a file is not there.
        ValueError: If names are wrong, or the runs do not fit together.
    """
    names = [name for name, _ in checkpoints]
    if len(set(names)) < max(2, len(names)):
        raise ValueError('give --run NAME CHECKPOINT twice or more, each with '
                         'a name of its own')
    for name, config in configs.items():
        if name not in names:
            raise ValueError(f'--config {name}: no run has that name, give '
                             f'one of {", ".join(names)}')
        if not Path(config).is_file():
            raise FileNotFoundError(
                f'{config}, the config of {name}, is not there: give the '
                'path of a config')
    runs = {}
    for name, checkpoint in checkpoints:
        cfg = override(find_config(checkpoint, configs.get(name)), options)
        runs[name] = load_run(cfg, checkpoint)
    check_alike(runs)
    return runs


def check_alike(runs: Mapping[str, Run]) -> None:
    """Reject runs, by name, that are not tested on the same images.

    Raises:
        ValueError: If a fact differs; the message names it.
    """
    seen: Dict[str, tuple] = {}
    for name, run in runs.items():
        for fact, theirs in run.facts().items():
            first, ours = seen.setdefault(fact, (name, theirs))
            if theirs == ours:
                continue
            if isinstance(ours, list):  # of one length, which was compared
                ours, theirs = next(
                    pair for pair in zip(ours, theirs) if pair[0] != pair[1])
            raise ValueError(
                f'{name} and {first} cannot be compared, as their {fact} '
                f'differ: {theirs} and {ours}; give runs that are tested on '
                'the same images')
