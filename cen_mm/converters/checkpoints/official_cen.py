"""Files of the official code to ours, and back, for both tasks."""
from typing import List, Optional

from . import official_segmentation, official_translation
from .entries import read, write


def convert_official(src: str, dst: str, discriminator: Optional[str] = None,
                     reverse: bool = False) -> str:
    """Convert a checkpoint of the official CEN code to ours, or back.

    Sizes and number of modalities are read from the weights. No entry may be
    missing and none left over, on either side.

    Args:
        src (str): File to convert.
        dst (str): File to write.
        discriminator (str, optional): The second official file of an image
            translation: read, or written if ``reverse``.
        reverse (bool): From ours to the official format. Defaults to False.

    Returns:
        str: All files with their numbers of entries.

    Raises:
        FileNotFoundError: If a file to read does not exist.
        ValueError: If a file does not hold what it should; the message names
            file and entry.
    """
    sources, targets = [src], [dst]
    if discriminator is not None:
        if discriminator in (src, dst):
            raise ValueError(f'{discriminator} is named twice: '
                             '--discriminator takes a file of its own')
        (targets if reverse else sources).append(discriminator)
    contents = [read(path) for path in sources]
    two = discriminator is not None
    if official_translation.is_translation(contents[0]) != two:
        raise ValueError(
            f'{src} holds no generator of an image translation: leave '
            '--discriminator away, or give checkpoint-gen.pkl first'
            if two else f'{src} is about image translation, for which the '
            'official code has two files: add --discriminator '
            'checkpoint-dis.pkl')
    if two and reverse:
        converted = official_translation.to_official(contents[0], src)
    elif two:
        converted = [official_translation.to_ours(contents, sources)]
    elif reverse:
        converted = [official_segmentation.to_official(contents[0], src)]
    else:
        converted = [official_segmentation.to_ours(contents[0], src)]
    for target, content in zip(targets, converted):
        write(content, target)
    return f'{_counts(sources, contents)} -> {_counts(targets, converted)}'


def _counts(paths: List[str], contents: List[dict]) -> str:
    states = (c.get('segmenter', c.get('state_dict', c)) for c in contents)
    return ', '.join(f'{path}: {len(state)} entries'
                     for path, state in zip(paths, states))
