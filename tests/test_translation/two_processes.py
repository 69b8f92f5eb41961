"""Work in two processes, as a launcher would start them."""
import os
import socket

import pytest
import torch
from conftest import leave

# The backward pass of a forked process may not meet a GPU of its parent.
without_gpu = pytest.mark.skipif(
    torch.cuda.is_available(), reason='is about machines without a GPU')


def run_in_two(work, folder):
    """What ``work(rank)`` returns in each of two processes.

    Forked, as to import mmagic in each would take longer than all the rest.
    They know of each other, but have not met.
    """
    with socket.socket() as found:
        found.bind(('127.0.0.1', 0))
        port = found.getsockname()[1]
    torch.multiprocessing.start_processes(
        process, (work, folder, port), nprocs=2, start_method='fork')
    return [torch.load(folder / f'{rank}.pth') for rank in range(2)]


def process(rank, work, folder, port):
    torch.set_num_threads(1)  # as data loaders do: no pool survives a fork
    os.environ.update(
        RANK=str(rank), WORLD_SIZE='2', LOCAL_RANK=str(rank),
        MASTER_ADDR='127.0.0.1', MASTER_PORT=str(port))
    torch.save(work(rank), folder / f'{rank}.pth')
    leave()
