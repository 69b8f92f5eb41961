"""Checks of a sample before inference."""
import os.path as osp
from pathlib import Path
from typing import Dict, Iterable, Mapping, Sequence, Union

import numpy as np

Source = Union[str, Path, np.ndarray]


def check_modalities(given: Iterable[str],
                     needed: Sequence[str],
                     optional: Sequence[str] = ()) -> None:
    """Reject a sample with other modalities than the config's.

    Args:
        given (Iterable[str]): Names.
        needed (Sequence[str]): Those of the config.
        optional (Sequence[str]): Further ones that are allowed. Defaults to
            none.

    Raises:
        ValueError: If one is unknown or missing.
    """
    known = 'the modalities of the config are ' + ', '.join(needed)
    unknown = set(given) - {*needed, *optional}
    if unknown:
        raise ValueError(
            f'unknown modality {", ".join(sorted(unknown))}: {known}')
    missing = [m for m in needed if m not in given]
    if missing:
        raise ValueError(f'modality {", ".join(missing)} is missing: {known}')


def existing(sample: Mapping[str, Source]) -> Dict[str, Source]:
    """Check that the files of a sample exist.

    Args:
        sample (Mapping[str, str | Path | np.ndarray]): By modality.

    Returns:
        dict[str, str | np.ndarray]: By modality, paths as strings.

    Raises:
        FileNotFoundError: If a file does not exist.
    """
    sources = {}
    for modality, source in sample.items():
        if not isinstance(source, np.ndarray):
            source = str(source)
            if not osp.isfile(source):
                raise FileNotFoundError(
                    f'{source}, the {modality} of the sample, is not there: '
                    'give the path of a file')
        sources[modality] = source
    return sources
