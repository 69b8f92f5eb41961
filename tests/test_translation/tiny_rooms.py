"""A small tree of rooms for tests, written by the converter."""
import sys

from conftest import TOOLS

sys.path.insert(0, str(TOOLS / 'dataset_converters'))
import rooms


def write_rooms(root, train=2, val=2):
    rooms.convert(
        root, dict(train=train, val=val), height=24, width=32, workers=1)
    return root
