"""Device, versions and commit that figures depend on."""
import platform
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, Tuple

import torch

from ... import __version__


def environment(cuda: bool) -> Dict[str, str]:
    """Device, threads, versions and command, for readers of the times."""
    device = platform.processor() or platform.machine()
    cpus = Path('/proc/cpuinfo')
    if cuda:
        device = torch.cuda.get_device_name()
    elif cpus.is_file():
        found = re.search(r'model name\s*: (.*)', cpus.read_text())
        device = found[1] if found else device
    return dict(
        device=device,
        threads=str(torch.get_num_threads()),
        torch=torch.__version__,
        commit=commit(),
        date=time.strftime('%Y-%m-%d'),
        command=shlex.join(['python', *sys.argv]))


def commit() -> str:
    """Of the code that runs; "-dirty" where files have been changed.

    The version of cen_mm where git does not keep this very file: a package
    that is installed may lie in somebody else's repository.
    """
    file = Path(__file__)

    def git(*args: str) -> str:
        return subprocess.run(
            ['git', '--no-optional-locks', *args], cwd=file.parent,
            capture_output=True, text=True, check=False).stdout.strip()

    found = (shutil.which('git') and git('ls-files', file.name)
             and git('describe', '--always', '--dirty', '--exclude=*'))
    return found or f'cen_mm {__version__}'


def pick_device(name: str) -> str:
    """'cpu' or 'cuda'; for 'auto' CUDA if it is there.

    Raises:
        ValueError: If CUDA is asked for and is not there.
    """
    if name == 'cuda' and not torch.cuda.is_available():
        raise ValueError('torch sees no CUDA device: use --device cpu')
    return name if name != 'auto' else (
        'cuda' if torch.cuda.is_available() else 'cpu')


def height_width(size: str, least: int = 1) -> Tuple[int, int]:
    """Read ``--size``, such as '480x640'; raise ValueError if it is none, or
    a side is less than it may be."""
    match = re.fullmatch(r'(\d+)x(\d+)', size)
    if not match or min(int(match[1]), int(match[2])) < least:
        raise ValueError(f'--size {size!r} is no HEIGHTxWIDTH of at least '
                         f'{least}x{least}: give for instance 192x256')
    return int(match[1]), int(match[2])


def at_least(least: int, **options: int) -> None:
    """Raise ValueError if an option of a tool is less than it may be."""
    for name, value in options.items():
        if value < least:
            raise ValueError(f'--{name} must be at least {least}')
