"""Faults in files, and what a report says about them."""
import cv2
import numpy as np


def image(shape, value=0, dtype=np.uint8):
    """A constant image."""
    return np.full(shape, value, dtype)


def spoil(path, content):
    """Delete a file, truncate it by bytes, or give it another content.

    Args:
        path (Path): An existing file.
        content (None | int | str | np.ndarray): Nothing, the number of bytes
            to cut off, or what to write.
    """
    if content is None:
        path.unlink()
    elif isinstance(content, int):
        path.write_bytes(path.read_bytes()[:-content])
    elif isinstance(content, str):
        path.write_text(content)
    else:
        assert cv2.imwrite(str(path), content)


def problems(report, *kinds):
    """The sentences of a report with one problem of each of these kinds."""
    assert sorted(report.problems) == sorted(kinds), report
    sentences = [report.problems[kind] for kind in kinds]
    assert all(len(found) == 1 for found in sentences), report
    for sentence, in sentences:
        assert sentence in str(report)
    return [sentence for sentence, in sentences]
