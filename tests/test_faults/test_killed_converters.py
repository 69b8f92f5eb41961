"""Converters that are killed, or find broken files of an earlier run."""
import shutil
import subprocess
import sys
import time

import pytest

from cen_mm.converters.checkpoints.entries import read, write
from cen_mm.converters.datasets import rooms

# Writes a tree of NYUDv2's kind: the colours a number, a file copied; slowly.
TREE = '''
import sys, time
from pathlib import Path
import numpy as np
from cen_mm.converters.datasets.nyudv2 import TREE
out, value, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
names = dict(train=[f'{i:06d}' for i in range(20)], val=['000020'])
flat = np.full((8, 8), value, np.uint8)
def samples():
    for i in range(21):
        yield f'{i:06d}', dict(rgb=np.stack([flat] * 3, -1), masks=flat,
                               depth=flat.astype(np.uint16))
        print(i, flush=True)
        time.sleep(pause)
TREE.write(out, names, samples())
'''
ROOMS = '''
import sys
from cen_mm.converters.datasets import rooms
rooms.convert(sys.argv[1], dict(train=400, val=2), 12, 16, int(sys.argv[2]),
              workers=1, overwrite=True)
'''


def python(code, *args):
    return subprocess.Popen([sys.executable, '-c', code, *map(str, args)],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def test_a_tree_with_lists_is_whole(tmp_path):
    """Killed in a second run over a finished tree."""
    with python(TREE, tmp_path, 1, 0) as first:
        assert len(first.stdout.read().split()) == 21
    lists = [tmp_path / 'train.txt', tmp_path / 'val.txt']
    assert [len(path.read_text().splitlines()) for path in lists] == [20, 1]
    with python(TREE, tmp_path, 2, 0.1) as second:
        while second.stdout.readline().strip() != b'3':
            assert second.poll() is None
        second.kill()
    pixels = {(tmp_path / f'rgb/{i:06d}.png').read_bytes() for i in (0, 20)}
    assert len(pixels) == 2 and not any(path.exists() for path in lists)


def test_rooms_with_lists_are_whole(tmp_path):
    rooms.convert(tmp_path, dict(train=3, val=2), 12, 16, workers=1)
    with python(ROOMS, tmp_path, 1) as second:
        while not (tmp_path / 'rgb/00003.png').exists():
            assert second.poll() is None
            time.sleep(0.001)
        second.kill()
    assert not (tmp_path / 'rgb/50001.png').exists()
    assert not list(tmp_path.glob('*.txt'))
    # The next run is about these rooms, not the first ones.
    with pytest.raises(ValueError, match="'seed': 1}, but .* is asked for"):
        rooms.convert(tmp_path, dict(train=3, val=2), 12, 16, workers=1)
    assert rooms.convert(
        tmp_path, dict(train=3, val=2), 12, 16, 1, workers=1) == 2
    assert (tmp_path / 'val.txt').read_text() == '50000\n50001\n'


def test_broken_rooms_are_rendered_again(tmp_path):
    counts = dict(train=6, val=1)
    rooms.convert(tmp_path, counts, 12, 16, workers=1)
    shutil.copytree(tmp_path, tmp_path / 'before')
    broken = [tmp_path / f'{domain}/0000{i}.png' for i, domain in enumerate(
        ('rgb', 'sensor_depth', 'label', 'normal'))]
    for path, size in zip(broken, (-1, 40, 0, None)):
        data = path.read_bytes()
        path.write_bytes(bytes(len(data)) if size is None else data[:size])
    assert rooms.convert(tmp_path, counts, 12, 16, workers=1) == 4
    for path in broken:
        same = tmp_path / 'before' / path.relative_to(tmp_path)
        assert path.read_bytes() == same.read_bytes()
    assert rooms.convert(tmp_path, counts, 12, 16, workers=1) == 0


def test_a_checkpoint_is_written_whole(tmp_path, monkeypatch):
    """Over its own source, too."""
    path = str(tmp_path / 'new/cen.pth')
    write(dict(a=1), path)

    def cut(descriptor):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('os.fsync', cut)
    with pytest.raises(OSError, match='No space left .*cen.pth'):
        write(dict(a=2), path)
    assert read(path) == dict(a=1)
    assert [p.name for p in (tmp_path / 'new').iterdir()] == ['cen.pth']
