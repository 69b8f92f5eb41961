"""What figures depend on."""
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
    """Device, threads, versions and command, for who reads the times."""
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
