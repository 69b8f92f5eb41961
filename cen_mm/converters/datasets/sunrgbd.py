"""SUN RGB-D from its official release."""
import posixpath
from pathlib import Path
from typing import Dict, List, NamedTuple, Union

import numpy as np

from .images import IGNORE, read_image
from .matlab import check_fields, existing, load_v5, open_v73, read_v73
from .report import Report
from .tree import Tree

# Close-ups of the RealSense camera are nearer than any image of NYUDv2,
# nothing is farther than FARTHEST. Our choice. Below 8.192 m to rotate is to
# divide by 8.
TREE = Tree(
    counts=dict(train=5285, val=5050), num_classes=37, depth_scale=1000,
    mistake=('still rotated by 3 bits', lambda depth: depth / 8 / 1000),
    depth_range=(0.3, 8), rgb_suffix='.jpg')
SPLIT_FIELDS = dict(train='alltrain', val='alltest')
FARTHEST = 8000  # mm, as in the official toolbox
# In millimetres. Depth that was not rotated is mostly above 32 m.
ABSURD = 20000
REMEDY = 'unpack SUNRGBD.zip again'


class Sample(NamedTuple):
    """One image of the official release.

    Attributes:
        scene (str): Its folder below the root.
        rgb (Path): Its colour image.
        depth (Path): Its in-painted depth.
    """

    scene: str
    rgb: Path
    depth: Path


def convert(root: Union[str, Path], toolbox: Union[str, Path],
            out: Union[str, Path],
            counts: Dict[str, int] = TREE.counts) -> None:
    """Write the tree that training reads.

    The colour images are copied as they are. Depth is the in-painted one of
    the folders ``depth_bfx``, in millimetres and clipped at 8 m. Images are
    numbered in the order of the toolbox.

    Args:
        root (str or Path): Folder ``SUNRGBD`` of the official release, with
            ``kv1``, ``kv2``, ``realsense`` and ``xtion``.
        toolbox (str or Path): Folder ``SUNRGBDtoolbox``.
        out (str or Path): Folder to write.
        counts (dict): Number of images by split.

    Raises:
        FileNotFoundError: If an input file does not exist.
        ImportError: If h5py or scipy is not installed.
        ValueError: If an input file does not hold what it should.
    """
    root, toolbox = Path(root), Path(toolbox)
    samples = _read_samples(root, toolbox / 'Metadata/SUNRGBDMeta.mat')
    names_of = _read_splits(
        toolbox / 'traintestSUNRGBD/allsplit.mat', samples, counts)
    mat = toolbox / 'Metadata/SUNRGBD2Dseg.mat'
    with open_v73(mat) as file:
        labels = _find_labels(mat, file, len(samples))
        TREE.write(out, names_of, (
            (f'{i:06d}', _convert_sample(sample, _read_mask(
                f'{mat}, image {i}', file, label)))
            for i, (sample, label) in enumerate(zip(samples, labels), 1)))


def rotate(depth: np.ndarray) -> np.ndarray:
    """Decode the official depth: the three lowest bits become the highest.

    Args:
        depth (np.ndarray): Official values, np.uint16.

    Returns:
        np.ndarray: Millimetres, np.uint16, of the same shape.
    """
    return (depth >> 3) | (depth << 13)


def _scene(path: str) -> str:
    """The part of an official absolute path below ``SUNRGBD``."""
    return posixpath.normpath(path).split('SUNRGBD/', 1)[-1]


def _read_samples(root: Path, meta: Path) -> List[Sample]:
    """All samples, after a check that all their files exist."""
    records = np.atleast_1d(load_v5(
        meta, ['SUNRGBDMeta'], squeeze_me=True, struct_as_record=False,
        variable_names=['SUNRGBDMeta'])['SUNRGBDMeta'])
    samples = []
    for record in records:
        scene = posixpath.dirname(posixpath.dirname(_scene(record.rgbpath)))
        samples.append(Sample(
            scene, existing(root / scene / 'image' / record.rgbname),
            existing(root / scene / 'depth_bfx' / record.depthname)))
    return samples


def _read_splits(path: Path, samples: List[Sample],
                 counts: Dict[str, int]) -> Dict[str, List[str]]:
    """The names of the images of each split, in order."""
    content = load_v5(path, SPLIT_FIELDS.values(), squeeze_me=True)
    scenes = {split: {_scene(scene) for scene in np.atleast_1d(content[name])}
              for split, name in SPLIT_FIELDS.items()}
    shared = scenes['train'] & scenes['val']
    if shared:
        raise ValueError(f'{path} has {min(shared)} in both splits: use the '
                         'official split')
    names = {split: [f'{number:06d}' for number, sample
                     in enumerate(samples, 1) if sample.scene in wanted]
             for split, wanted in scenes.items()}
    for split, name in SPLIT_FIELDS.items():
        if len(names[split]) != counts[split]:
            raise ValueError(
                f'{path}: "{name}" names {len(names[split])} images of '
                f'SUNRGBDMeta.mat instead of {counts[split]}: use files of '
                'the same release')
    return names


def _find_labels(mat: Path, file, total: int) -> np.ndarray:
    """The reference to the label map of every image."""
    check_fields(mat, file, ['SUNRGBD2Dseg'])
    check_fields(mat, file['SUNRGBD2Dseg'], ['seglabel'])
    labels = np.ravel(file['SUNRGBD2Dseg']['seglabel'][()])
    if len(labels) != total:
        raise ValueError(f'{mat} holds {len(labels)} label maps, but '
                         f'SUNRGBDMeta.mat {total} images: use files of the '
                         'same release')
    return labels


def _read_mask(where: str, file, label) -> np.ndarray:
    """Classes from 0; unlabelled pixels are ignored."""
    labels = read_v73(where, file, label)
    last = TREE.num_classes
    if labels.ndim != 2 or labels.min() < 0 or labels.max() > last:
        raise ValueError(
            f'{where}: labels of shape {labels.shape} run from {labels.min()} '
            f'to {labels.max()} instead of 0 to {last}: use the official file')
    return np.where(labels, labels - 1.0, IGNORE).astype(np.uint8)


def _convert_sample(sample: Sample,
                    mask: np.ndarray) -> Dict[str, Union[np.ndarray, Path]]:
    """What to write of one sample, by folder."""
    report = Report()
    for kind in ('rgb', 'depth'):
        path = getattr(sample, kind)
        image = read_image(kind, path, report, REMEDY)
        if image is not None and image.shape[:2] != mask.shape:
            report.problems['size'].append(
                f'{path} is {image.shape[:2]}, but its labels are '
                f'{mask.shape}: {REMEDY}')
    if report.problems:
        raise ValueError(next(iter(report.problems.values()))[0])
    if sample.rgb.suffix != TREE.rgb_suffix:
        raise ValueError(f'{sample.rgb} is no {TREE.rgb_suffix}: {REMEDY}')
    depth = rotate(image)
    if np.median(depth) > ABSURD:
        raise ValueError(
            f'{sample.depth} has a median depth of {np.median(depth)} mm: it '
            'is not rotated by 3 bits as the official files are, ' + REMEDY)
    return dict(
        rgb=sample.rgb, depth=np.minimum(depth, FARTHEST), masks=mask)
