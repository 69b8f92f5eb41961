"""Pairing of files in several folders."""
import os
import warnings
from os.path import realpath, splitext
from pathlib import Path
from typing import Dict, Iterator, List, Mapping, Tuple, Union

import numpy as np
from PIL import Image

SUFFIXES = ('.bmp', '.jpeg', '.jpg', '.npy', '.png', '.tif', '.tiff', '.webp')
MOST_PIXELS = Image.MAX_IMAGE_PIXELS  # 89 million


def pair_files(
    inputs: Mapping[str, Union[str, Path]],
    suffixes: Mapping[str, str] = {}
) -> Tuple[Dict[str, Dict[str, Path]], List[str]]:
    """Pair the files of one folder per modality by their names.

    The name of a file is its path inside the folder, without the suffix:
    ``rgb/kitchen/a.jpg`` belongs to ``depth/kitchen/a.png``, and with
    ``suffixes=dict(rgb='_left.png')`` so does ``rgb/kitchen/a_left.jpg``.
    Files that are neither images nor ``.npy`` are ignored. Links are
    followed, but for those back to a folder that they lie in.

    Args:
        inputs (Mapping[str, str | Path]): A folder for each modality; or a
            file for each, which are then one sample whatever their names.
        suffixes (Mapping[str, str]): By modality, the end of names where it
            differs between folders; what follows the last dot is ignored.
            Defaults to nothing.

    Returns:
        tuple: The files by name and modality, names sorted, and a sentence
        for every file that lacks a partner.

    Raises:
        FileNotFoundError: If a folder or file does not exist.
        ValueError: If files are mixed with folders, a name occurs twice in
            one folder, or no name is common to all folders.
    """
    paths = {modality: Path(path) for modality, path in inputs.items()}
    for modality, path in paths.items():
        if not path.exists():
            raise FileNotFoundError(
                f'{path}, the input of modality {modality!r}, is not there: '
                'give an existing folder or file')
    single = [modality for modality in paths if paths[modality].is_file()]
    if len(single) == len(paths):
        return {next(iter(paths.values())).stem: paths}, []
    if single:
        raise ValueError(
            f'{paths[single[0]]} is a file, but the inputs of other '
            'modalities are folders: give files alone or folders alone')
    found = {
        modality: _names(path, splitext(suffixes.get(modality, ''))[0])
        for modality, path in paths.items()
    }
    names = sorted(set().union(*found.values()))
    missing = [
        f'{name}: no file of that name in {paths[modality]}, the folder of '
        f'modality {modality!r}' for name in names for modality in paths
        if name not in found[modality]
    ]
    samples = {
        name: {modality: found[modality][name] for modality in paths}
        for name in names if all(name in files for files in found.values())
    }
    if not samples:
        counts = ', '.join(f'{len(found[m])} in {paths[m]}' for m in paths)
        raise ValueError(
            'there is no sample: no name is common to all folders (files '
            f'with a suffix of {" ".join(SUFFIXES)}: {counts}); give the '
            'files of one sample the same name')
    return samples, missing


def check_pixels(path: str) -> None:
    """Refuse a file that claims more pixels than Pillow trusts.

    Only its header is read: some bytes may claim to be 10 thousand million
    pixels, and exhaust the memory when they are decoded.

    Args:
        path (str): An image or an ``.npy`` file.

    Raises:
        ValueError: If it claims more than 89 million pixels.
    """
    with warnings.catch_warnings():
        warnings.simplefilter('error', Image.DecompressionBombWarning)
        try:
            if path.endswith('.npy'):
                shape = np.load(path, 'r', allow_pickle=False).shape[:2]
                claims_more = np.prod(shape, dtype=float) > MOST_PIXELS
            else:
                Image.open(path).close()
                claims_more = False
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            claims_more = True
        except (OSError, EOFError, ValueError):
            return  # the reader knows more formats, and names what it cannot
    if claims_more:
        raise ValueError(
            f'{path} claims more than {MOST_PIXELS:,} pixels, the limit: it '
            'is damaged, or cut it into tiles')


def _files(folder: Path) -> Iterator[Path]:
    """All files within."""

    def fail(error: OSError) -> None:
        raise error

    for root, folders, files in os.walk(
            folder, onerror=fail, followlinks=True):
        if realpath(root) in map(realpath, Path(root).parents):
            folders.clear()  # a link back
        else:
            yield from (Path(root, name) for name in files)


def _names(folder: Path, ending: str) -> Dict[str, Path]:
    names = {}
    for path in sorted(_files(folder)):
        hidden = path.name.startswith('.')
        if hidden or path.suffix.lower() not in SUFFIXES:
            continue
        name = path.relative_to(folder).with_suffix('').as_posix()
        if ending and name.endswith(ending):
            name = name[:-len(ending)]
        if name in names:
            raise ValueError(f'{names[name]} and {path} have the same name: '
                             'leave one of them in the folder')
        names[name] = path
    return names
