"""Names of the modalities."""
from typing import Optional, Sequence, Tuple


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
            the target, or two are equal.
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
