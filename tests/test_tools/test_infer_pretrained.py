"""tools/infer.py --pretrained on a stranger's files."""
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import TOOLS
from messages import fails
from mmengine import Config
from PIL import Image

from cen_mm.apis import MultimodalInferencer

HEIGHT, WIDTH = 480, 600  # 20 times the 24 x 30 of the training


@pytest.fixture
def pair(weights, tmp_path, monkeypatch):
    """Files of another size than the training's, to stand beside."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    depth = rng.integers(10000, 30000, (HEIGHT, WIDTH)).astype(np.uint16)
    for folder, array in (('rgb', rgb), ('depth', depth)):
        Path(folder).mkdir()
        Image.fromarray(array).save(f'{folder}/a.png')
    return rgb, depth


def labels_in(out):
    return {path.parent.name: np.array(Image.open(path))
            for path in Path(out).glob('labels/*/a.png')}


FILES = ['--rgb', 'rgb/a.png', '--depth', 'depth/a.png']
TINY = ['--pretrained', 'tiny', '--device', 'cpu']


def test_the_network_sees_the_size_of_its_training(pair):
    """Colours are averages; each depth was measured in its block."""
    rgb, depth = pair
    data, image = MultimodalInferencer('tiny', device='cpu')._load(
        dict(rgb='rgb/a.png', depth='depth/a.png'))
    seen = data['inputs'].numpy()
    blocks = rgb.reshape(24, 20, 30, 20, 3).mean((1, 3)).transpose(2, 0, 1)
    assert abs(seen[:3] - blocks).max() <= 0.5
    blocks = depth.reshape(24, 20, 30, 20)
    assert (seen[3][:, None, :, None] == blocks).any((1, 3)).all()
    assert np.array_equal(image, rgb)


@pytest.mark.parametrize('size', [(480, 640), (1080, 1920), (320, 180)])
def test_labels_have_the_size_of_the_image(pair, weights, run_tool, size):
    """Also where depth has half of its resolution."""
    # As nets are trained: in 17 rows of 30 columns nothing can be checked.
    cfg = Config.fromfile(weights / 'tiny.py')
    cfg.test_dataloader.dataset.pipeline[2].scale = 156, 117
    cfg.dump(weights / 'tiny.py')
    Image.new('RGB', size[::-1], (200, 100, 50)).save('rgb/a.png')
    half = size[0] // 2, size[1] // 2
    Image.fromarray(np.full(half, 20000, np.uint16)).save('depth/a.png')
    run_tool('infer.py', *TINY, *FILES, '--out', 'out', '--panels')
    labels = labels_in('out')
    assert labels.keys() == {'rgb', 'depth', 'ensemble'}
    assert {array.shape for array in labels.values()} == {size}
    for path in Path('out').glob('overlays/*/a.png'):
        assert Image.open(path).size == size[::-1]
    assert Path('out/panels/a.png').is_file()


def test_folders_and_single_modalities(pair, run_tool):
    run_tool('infer.py', *TINY, '--rgb', 'rgb', '--depth', 'depth', '--out',
             'both')
    run_tool('infer.py', *TINY, *FILES, '--out', 'files')
    run_tool('infer.py', *TINY, *FILES[:2], '--out', 'rgb_alone')
    run_tool('infer.py', *TINY, *FILES[2:], '--out', 'depth_alone')
    both, files = labels_in('both'), labels_in('files')
    for stream, labels in both.items():
        assert np.array_equal(labels, files[stream])
    assert labels_in('rgb_alone').keys() == {'rgb', 'ensemble'}
    assert labels_in('depth_alone')['depth'].shape == (HEIGHT, WIDTH)


def test_millimetres(pair, run_tool):
    run_tool('infer.py', *TINY, *FILES, '--out', 'own')
    rgb, depth = pair
    Image.fromarray(depth // 5).save('depth/a.png')
    run_tool('infer.py', *TINY, *FILES, '--out', 'wrong')
    run_tool('infer.py', *TINY, *FILES, '--depth-unit', '0.001', '--out', 'mm')
    own, mm, wrong = map(labels_in, ('own', 'mm', 'wrong'))
    for stream, labels in own.items():
        # The last fifth of a millimetre is lost.
        assert (labels == mm[stream]).mean() > 0.99
    assert (own['depth'] == wrong['depth']).mean() < 0.9


def test_of_other_proportions(pair, run_tool):
    Image.fromarray(pair[1][:, :300]).save('depth/a.png')
    with fails(SystemExit, 'depth/a.png is 480 x 300', 'proportions differ'):
        run_tool('infer.py', *TINY, *FILES, '--out', 'out')


@pytest.mark.parametrize('args, parts', [
    (['--pretrained', 'tyni', *FILES], ["'tyni', but with tiny"]),
    ([*TINY, *FILES, '--depth-unit', '0'], ['unit of depth is 0.0']),
    ([*TINY, *FILES, '--normal', 'x'], ['unknown modality normal'])])
def test_wrong_arguments(pair, run_tool, args, parts):
    with fails(SystemExit, *parts) as info:
        run_tool('infer.py', *args, '--out', 'out')
    assert '\n' not in info.value.code and not Path('out').exists()


@pytest.mark.parametrize('args, part', [
    ([*TINY, 'config.py', 'net.pth', *FILES], 'give one of'),
    ([*TINY, 'config.py', *FILES], 'give one of'),
    ([*TINY, '--backend', 'onnxruntime', *FILES], 'give one of'),
    (FILES, 'give one of'),
    (['config.py', *FILES], 'give one of'),
    ([*TINY, *FILES[:2], '--depth-unit', '0.001'], 'about the files of')])
def test_wrong_combinations(run_tool, capsys, args, part):
    with pytest.raises(SystemExit) as info:
        run_tool('infer.py', *args, '--out', 'out')
    assert info.value.code == 2 and part in capsys.readouterr().err


def test_without_ops_of_mmcv(pair):
    """Nor does anything look for mmagic, whatever is installed."""
    code = (
        'import importlib.util, runpy, sys\n'
        'from pathlib import Path\n'
        'find = importlib.util.find_spec\n'
        'importlib.util.find_spec = lambda name, *a: (\n'
        '    None if name == "mmcv._ext" else find(name, *a))\n'
        'sys.modules["mmagic"] = None\n'
        'from cen_mm import pretrained\n'
        'pretrained.WEIGHTS = Path("weights")\n'
        'pretrained.register_pretrained()\n'
        'tool = sys.argv[1]\n'
        'sys.argv[:2] = [tool]\n'
        'runpy.run_path(tool, run_name="__main__")\n'
        'assert not hasattr(sys.modules["mmcv._ext"], "__file__")\n')
    subprocess.run(
        [sys.executable, '-c', code, str(TOOLS / 'infer.py'), *TINY, *FILES,
         '--out', 'out'], check=True,
        env=dict(os.environ, PYTHONPATH=str(TOOLS.parent)))
    assert labels_in('out')['ensemble'].shape == (HEIGHT, WIDTH)
