"""A small SUN RGB-D release for tests, in exactly the official formats."""
from types import SimpleNamespace

import h5py
import numpy as np
from PIL import Image
from scipy.io import savemat

PREFIX = '/n/fs/sun3d/data/SUNRGBD/'
# Some paths get a slash too many, which must do no harm.
SCENES = ('kv2/kinect2data/000002_2014-05-26_rgbf000103-resize',
          'xtion/sun3ddata/brown_bm_1/brown_bm_1/0000001-000000000000',
          'kv1/NYUdata/NYU0001', 'realsense/lg/2014_10_21-18_15_35')
TRAIN, VAL = (0, 2), (1, 3)


def coded(millimetres):
    """The official coding: the three highest bits become the lowest."""
    bits = np.unpackbits(millimetres.astype('>u2')[..., None].view(np.uint8),
                         axis=-1)
    return np.packbits(np.roll(bits, -3, axis=-1), axis=-1).view(
        '>u2')[..., 0].astype(np.uint16)


def write_sunrgbd(folder):
    """Four samples of different sizes.

    Depth spans 0 (a hole) to above the 8 m that the toolbox keeps.

    Returns:
        SimpleNamespace: ``root``, ``toolbox``, and lists of the arrays
        ``rgb`` (behind JPEG), ``depth`` in mm and ``labels``, 0 to 37.
    """
    rng = np.random.default_rng(0)
    data = SimpleNamespace(
        root=folder / 'SUNRGBD', toolbox=folder / 'SUNRGBDtoolbox',
        images=[], rgb=[], depth=[], labels=[], depth_files=[])
    records = np.zeros((1, len(SCENES)), [
        (field, object) for field in
        ('sequenceName', 'depthpath', 'rgbpath', 'depthname', 'rgbname')])
    for i, scene in enumerate(SCENES):
        shape = 24 + i, 32 + 2 * i
        depth = rng.integers(500, 4000, shape)
        depth[0, :3] = 0, 8191, 9500
        image = data.root / scene / 'image' / f'000{i}.jpg'
        inpainted = data.root / scene / 'depth_bfx' / f'd000{i}.png'
        for path, array in (
                (image, rng.integers(0, 256, (*shape, 3), np.uint8)),
                (inpainted, coded(depth)),
                (inpainted.parents[1] / 'depth' / inpainted.name,
                 np.zeros(shape, np.uint16))):
            path.parent.mkdir(parents=True)
            Image.fromarray(array).save(path)
        data.images.append(image)
        data.depth_files.append(inpainted)
        data.rgb.append(np.array(Image.open(image)))
        data.depth.append(depth)
        data.labels.append(rng.integers(0, 38, shape, np.uint8))
        slash = '/' if i % 2 else ''
        where = f'{PREFIX}{slash}{scene}{slash}'
        records[0, i] = (f'SUNRGBD/{scene}',
                         f'{where}/depth/{inpainted.name}',
                         f'{where}/image/{image.name}',
                         inpainted.name, image.name)
    for part in ('Metadata', 'traintestSUNRGBD'):
        (data.toolbox / part).mkdir(parents=True)
    savemat(data.toolbox / 'Metadata/SUNRGBDMeta.mat',
            {'SUNRGBDMeta': records})
    write_split(data, TRAIN, VAL)
    write_labels(data)
    return data


def write_split(data, train, val):
    """The cell arrays of ``allsplit.mat``."""
    cells = {}
    for name, numbers in (('alltrain', train), ('alltest', val)):
        cells[name] = np.empty((1, len(numbers)), object)
        cells[name][0] = [PREFIX + SCENES[i] for i in numbers]
    savemat(data.toolbox / 'traintestSUNRGBD/allsplit.mat', cells)


def write_labels(data):
    """A struct array of MATLAB v7.3: references to transposed arrays."""
    path = data.toolbox / 'Metadata/SUNRGBD2Dseg.mat'
    with h5py.File(path, 'w', userblock_size=512) as file:
        refs = file.create_group('#refs#')
        references = []
        for i, labels in enumerate(data.labels):
            refs[f'r{i}'] = labels.T
            references.append([refs[f'r{i}'].ref])
        struct = file.create_group('SUNRGBD2Dseg')
        struct.create_dataset('seglabel', data=np.array(
            references, h5py.ref_dtype), dtype=h5py.ref_dtype)
    return path
