"""Names of the modalities, and how many channels they have."""
from typing import Any, List, Mapping, Optional, Sequence, Tuple

from mmengine.logging import print_log

CHANNELS = 3  # of a modality that does not say otherwise


def check_modalities(modalities: Sequence[str],
                     target: Optional[str] = None) -> Tuple[str, ...]:
    """Check names that become keys of streams, files and metrics.

    Args:
        modalities (Sequence[str]): M names, in the order of the channels.
        target (str, optional): What a translation makes of them.

    Returns:
        tuple[str, ...]: The names.

    Raises:
        ValueError: If there is none, one is no plain name, is 'ensemble' or
            the target or has 'loss' in it, or two are equal.
    """
    if isinstance(modalities, str) or not modalities:
        raise ValueError(f'modalities must be a sequence of names such as '
                         f"('rgb', 'depth'), got {modalities!r}")
    names = tuple(modalities)
    for name in names:
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(
                f'modalities={names} holds {name!r}: a modality is named by '
                'letters, digits and underscores, since its name becomes a '
                'key of losses, metrics and files')
        if 'loss' in name:
            raise ValueError(
                f'modalities={names} holds {name!r}: mmengine would add its '
                "accuracy to the loss, as all values whose key has 'loss' in "
                'it: choose another name')
        if name == 'ensemble':
            raise ValueError(f"modalities={names} holds 'ensemble', which "
                             'names the average of the streams: choose '
                             'another name')
    if len(set(names)) < len(names):
        raise ValueError(
            f'modalities={names} holds a name twice, but the streams must '
            "differ in name: load one of them under another, such as dict("
            "type='LoadModality', modality='rgb_copy', dtype='uint8')")
    if target in names:
        raise ValueError(f'target={target!r} is one of modalities={names}: '
                         'translate into another one')
    return names


def check_channels(channels: Optional[Mapping[str, int]],
                   modalities: Sequence[str]) -> Tuple[int, ...]:
    """Check how many channels the modalities have.

    Args:
        channels (Mapping[str, int], optional): Of those that have other than
            three.
        modalities (Sequence[str]): M names.

    Returns:
        tuple[int, ...]: Of each modality, in order.

    Raises:
        ValueError: If another modality is named, or the image, or a number
            is none of channels.
    """
    channels = dict(channels or {})
    for name, count in channels.items():
        if name not in modalities or name == 'rgb' or not isinstance(
                count, int) or count < 1:
            raise ValueError(
                f'channels={channels} must give modalities of '
                f"{tuple(modalities)} a number of channels from 1 on, but "
                f'has {name}={count!r}'
                + ("; 'rgb' is the image, of three: load further bands as "
                   'another modality' if name == 'rgb' else ''))
    return tuple(channels.get(name, CHANNELS) for name in modalities)


def packed_channels(metainfo: Mapping[str, Any],
                    modalities: Sequence[str]) -> List[int]:
    """Channels of modalities in a sample, as ``PackModalities`` joins them.

    Args:
        metainfo (Mapping): Of the sample.
        modalities (Sequence[str]): Names.
    """
    own = metainfo.get('modality_channels', {})
    return [own.get(name, CHANNELS) for name in modalities]


def check_loaded(name: str, loaded: int, expected: int, who: str) -> None:
    """Compare the channels of a modality in the data and in the model.

    Args:
        name (str): The modality.
        loaded (int): Its channels in the data.
        expected (int): In the model.
        who (str): What says so of the data, with its verb, for the message.

    Raises:
        ValueError: If they differ.
    """
    if loaded != expected:
        raise ValueError(
            f'{who} {name!r} with {loaded} channel(s), but the model takes '
            f'{expected}: set channels={expected} of LoadModality(modality='
            f'{name!r}), or channels=dict({name}={loaded}) of the model')


def check_present(names: Sequence[str],
                  modalities: Sequence[str]) -> Tuple[str, ...]:
    """Check which modalities of a model are present.

    Args:
        names (Sequence[str]): Some of them.
        modalities (Sequence[str]): All that the model has.

    Returns:
        tuple[str, ...]: ``names`` in the order of the model.

    Raises:
        ValueError: If there is none, or one that the model does not have.
    """
    names = check_modalities(names)
    unknown = [name for name in names if name not in modalities]
    if unknown:
        raise ValueError(
            f'modality {", ".join(unknown)} cannot be present: the model has '
            f'modalities={tuple(modalities)}')
    return tuple(name for name in modalities if name in names)


def say_absent(present: Sequence[str], modalities: Sequence[str]) -> None:
    """Log which modalities of a model are absent, if any is."""
    absent = [name for name in modalities if name not in present]
    if absent:
        print_log(
            f'{", ".join(absent)} absent: the predictions are those of '
            f'{", ".join(present)} alone', 'current', 30)
