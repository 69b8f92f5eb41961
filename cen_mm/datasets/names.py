"""Names of samples: in lists, of files, and as files."""
import os.path as osp
from collections import Counter
from pathlib import PurePosixPath
from typing import Iterable, List, Optional, Sequence

from mmengine.fileio import list_from_file


def read_list(path: str, backend_args: Optional[dict] = None) -> List[str]:
    """Read the lines of a list, without blank ones.

    Args:
        path (str): A text in UTF-8, with or without a byte order mark.
        backend_args (dict, optional): See mmengine's file I/O.

    Raises:
        ValueError: If it is no such text.
    """
    try:
        lines = list_from_file(
            path, encoding='utf-8-sig', backend_args=backend_args)
    except UnicodeDecodeError as error:
        raise ValueError(f'{path} is no text in UTF-8 ({error}): save it as '
                         'UTF-8') from error
    return [line.strip() for line in lines if line.strip()]


def check_distinct(names: Iterable[str], where: str) -> None:
    """Refuse samples that would count twice.

    Args:
        names (Iterable[str]): Of all samples.
        where (str): What names them, for messages.

    Raises:
        ValueError: If a name occurs twice.
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(
            f'{where} names {twice[0]!r} twice ({len(twice)} names in all '
            'occur more than once): name every sample once')


def name_of_line(line: str, folder: str, suffixes: Sequence[str]) -> str:
    """The name of the sample of a line with tab-separated paths.

    It is the first path without the folder of the images and without suffix,
    so that ``rgb/kitchen/001.png`` is ``kitchen/001``. A path in another
    folder than that of the images loses the first part.

    Args:
        line (str): Such as ``rgb/000003.png<tab>masks/000003.png``, or a
            name alone, which is not changed.
        folder (str): Of the images, below the root of the data set.
        suffixes (Sequence[str]): Of the files; that of the images first.

    Raises:
        ValueError: If a path of the line has another name.
    """
    first, *others = line.split('\t')
    if not others:
        return line
    stem = PurePosixPath(_without(first, suffixes[:1]))
    parts, folders = stem.parts, PurePosixPath(folder).parts
    begins = [i + len(folders) for i in range(len(parts) - len(folders))
              if parts[i:i + len(folders)] == folders]
    name = '/'.join(parts[begins[0]:] if begins else parts[1:] or parts)
    for path in others:
        stem = _without(path, suffixes)
        if not f'/{stem}'.endswith(f'/{name}'):
            raise ValueError(
                f'{first} and {path} stand in one line, but the files of a '
                'sample have one name, below the folders of data_prefix: '
                'rename the files, or correct the list or data_prefix')
    return name


def _without(path: str, suffixes: Sequence[str]) -> str:
    """A path without the longest of the suffixes, or without its last."""
    fitting = [s for s in suffixes if s and path.endswith(s)]
    if fitting:
        return path[:-len(max(fitting, key=len))]
    return osp.splitext(path)[0]


def file_name(name: str) -> str:
    """The name of a sample as one of a file, in one folder for all.

    Args:
        name (str): Such as ``kitchen/001``.

    Returns:
        str: Such as ``kitchen%2F001``; different for different names.
    """
    return name.replace('%', '%25').replace('/', '%2F')
