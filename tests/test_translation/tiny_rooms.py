"""A small tree of rooms for tests, written by the converter."""
from cen_mm.converters.datasets.rooms import convert


def write_rooms(root, train=2, val=2):
    convert(root, dict(train=train, val=val), height=24, width=32, workers=1)
    return root
