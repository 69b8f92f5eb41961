"""Device, versions and commit that figures depend on."""
import platform
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict

import torch


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
    """Of the code that runs; "-dirty" where files have been changed."""
    if not shutil.which('git'):
        return 'none'
    run = subprocess.run(
        ['git', '--no-optional-locks', 'describe', '--always', '--dirty',
         '--exclude=*'], cwd=Path(__file__).parent, capture_output=True,
        text=True, check=False)
    return run.stdout.strip() or 'none'


def pick_device(name: str) -> str:
    """'cpu' or 'cuda'; for 'auto' CUDA if it is there.

    Raises:
        ValueError: If CUDA is asked for and is not there.
    """
    if name == 'cuda' and not torch.cuda.is_available():
        raise ValueError('torch sees no CUDA device: use --device cpu')
    return name if name != 'auto' else (
        'cuda' if torch.cuda.is_available() else 'cpu')


def at_least(least: int, **options: int) -> None:
    """Raise ValueError if an option of a tool is less than it may be."""
    for name, value in options.items():
        if value < least:
            raise ValueError(f'--{name} must be at least {least}')
