"""Trained models beside the images that they are tested on."""
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

from ..apis.checkpoint import load_model
from .data import held_out_set


class Sample(NamedTuple):
    """One test image, as loaded.

    Attributes:
        inputs (dict[str, np.ndarray]): ``(H, W, 3)`` uint8 pictures by
            modality.
        truth (np.ndarray): ``(H, W)`` labels, or an image ``(H, W, 3)``.
        data (dict): What the data set gives the model.
    """
    inputs: Dict[str, np.ndarray]
    truth: np.ndarray
    data: dict


class Run:
    """A trained model and the images of its test set.

    Args:
        cfg (Config): Of the training.
        checkpoint (str): Weights trained with it.

    Attributes:
        names (list[str]): Of the test images.
        measure (str): What :meth:`score` tells.

    Raises:
        FileNotFoundError: If checkpoint or data are not there.
        ValueError: If the checkpoint is one of another model.
    """
    measure: str

    def __init__(self, cfg: Config, checkpoint: str) -> None:
        self.cfg = cfg
        model, _ = load_model(cfg, checkpoint)
        self.model = model.to(get_device())
        self.dataset = held_out_set(cfg)
        self.views = [
            self.dataset.get_data_info(i) for i in range(len(self.dataset))
        ]
        self.names = list(map(self.name_of, self.views))

    def name_of(self, view: dict) -> str:
        """The name of an image."""
        raise NotImplementedError

    def facts(self) -> Dict[str, Any]:
        """What runs must have in common to be compared, by name.

        What only one of them has, as an input that the others do not read,
        is no matter. The task comes first, and numbers before lists.
        """
        raise NotImplementedError

    def files(self, keys: Mapping[str, str]) -> Dict[str, List[str]]:
        """Files of all images, the same wherever one looks from.

        Args:
            keys (Mapping[str, str]): Of their paths, by what they hold.

        Returns:
            dict[str, list[str]]: Such as ``{'depth files': [...]}``. What is
            made up without a file is left out.
        """
        return {
            f'{what} files': [
                str(Path(view[key]).resolve()) for view in self.views
            ]
            for what, key in keys.items() if key in self.views[0]
        }

    def load(self, index: int) -> Sample:
        """One test image."""
        raise NotImplementedError

    def rgb(self, sample: Sample) -> Optional[np.ndarray]:
        """The RGB image of a sample, None if the run does not know it."""
        return sample.inputs.get('rgb')

    def predict(self, sample: Sample) -> Dict[str, np.ndarray]:
        """What the model makes of an image.

        Args:
            sample (Sample): Of this run; its data are used up.

        Returns:
            dict[str, np.ndarray]: Of every stream and last of 'ensemble',
            which is all that a model without streams has. Like the truth.
        """
        raise NotImplementedError

    def picture(self, made: np.ndarray) -> np.ndarray:
        """A prediction, or the truth, in colours: ``(H, W, 3)`` uint8."""
        raise NotImplementedError

    def legend(self, truths: Iterable[np.ndarray]
               ) -> List[Tuple[str, Sequence[int]]]:
        """What the colours of some truths and their predictions mean."""
        return []

    def known(self, truth: np.ndarray) -> np.ndarray:
        """Where there is a truth, ``(H, W)`` bool."""
        raise NotImplementedError

    def difference(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """How far predictions or truth are apart, ``(H, W)``."""
        raise NotImplementedError

    def score(self, error: float) -> str:
        """The mean difference from the truth, as :attr:`measure` has it."""
        raise NotImplementedError


def load_run(cfg: Config, checkpoint: str) -> Run:
    """The run of a config, of either task.

    Args:
        cfg (Config): Of segmentation or translation.
        checkpoint (str): Weights trained with it.

    Returns:
        Run: See there for what is raised.
    """
    # Each asks for the library of its task.
    if cfg.get('default_scope') == 'mmagic':
        from .translation_run import TranslationRun as Task
    else:
        from .segmentation_run import SegmentationRun as Task
    return Task(cfg, checkpoint)


def check_alike(runs: Mapping[str, Run]) -> None:
    """Refuse runs that are not tested on the same images.

    Args:
        runs (Mapping[str, Run]): By name.

    Raises:
        ValueError: If something differs; the message says what.
    """
    seen: Dict[str, Tuple[str, Any]] = {}
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
