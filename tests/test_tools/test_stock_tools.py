"""Tools of the installed mmseg on configs of ours."""
import runpy
from pathlib import Path

import mmseg
import numpy as np
import pytest
from mmengine.config import Config
from mmseg.registry import DATASETS
from PIL import Image
from tiny_nyudv2 import NAMES, SIZE, write_nyudv2
from tiny_training import tiny_config

TOOLS = Path(mmseg.__file__).parent / '.mim/tools/analysis_tools'


@pytest.mark.parametrize('dataset, classes', [
    ('MultimodalSegDataset', ('a', 'b', 'c')), ('NYUDv2Dataset', ('wall', ))])
def test_confusion_matrix(dataset, classes, tmp_path, monkeypatch):
    """Of classes that stand in the config, whose METAINFO has none or more."""
    data = write_nyudv2(tmp_path / 'nyudv2')
    rng = np.random.default_rng(0)
    cfg = tiny_config(tmp_path / 'nyudv2', tmp_path / 'work')
    cfg.test_dataloader.dataset.update(
        type=dataset, metainfo=dict(classes=classes, palette=[[0, 0, 0]] * 3))
    cfg.dump(tmp_path / 'tiny.py')
    (tmp_path / 'maps').mkdir()
    expected = np.zeros((len(classes), len(classes)))
    for name, mask in zip(NAMES[:2], data.masks):
        if dataset == 'MultimodalSegDataset':
            mask = mask % 3
            Image.fromarray(mask).save(
                tmp_path / f'nyudv2/masks/{name}.png')
        made = rng.integers(0, len(classes), SIZE).astype(np.uint8)
        Image.fromarray(made).save(tmp_path / f'maps/{name}.png')
        for truth, prediction in zip(mask.ravel(), made.ravel()):
            if truth < len(classes):
                expected[truth, prediction] += 1
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr('sys.argv', ['confusion_matrix.py', 'tiny.py', 'maps',
                                     'out'])
    tool = runpy.run_path(
        str(TOOLS / 'confusion_matrix.py'), run_name='__main__')
    assert Image.open('out/confusion_matrix.png').size[0] > 100
    built = DATASETS.build(Config.fromfile('tiny.py').test_dataloader.dataset)
    maps = [np.array(Image.open(f'maps/{n}.png')) for n in NAMES[:2]]
    assert np.array_equal(
        tool['calculate_confusion_matrix'](built, maps), expected)
