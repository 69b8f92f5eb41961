"""docs/tour.ipynb runs on what the quickstart leaves behind."""
import nbformat
import torch
from conftest import make_gammas
from mmengine import Config
from mmengine.registry import DefaultScope
from mmseg.registry import MODELS
from nbclient import NotebookClient
from pages import ROOT

from cen_mm.converters.datasets.rooms import convert
from cen_mm.layers import exchangeable_norms

CONFIG = 'configs/cen/refinenet_r18_rooms.py'


def test_every_cell_runs(tmp_path, monkeypatch):
    """With a net that nobody has trained, and whose channels exchange."""
    (tmp_path / 'configs').symlink_to(ROOT / 'configs')
    convert(tmp_path / 'data/rooms', dict(train=1, val=4), workers=1,
            domains=('rgb', 'sensor_depth', 'label'))
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = MODELS.build(Config.fromfile(ROOT / CONFIG).model)
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    work = tmp_path / 'work_dirs/refinenet_r18_rooms'
    for folder in (work, tmp_path / 'docs'):
        folder.mkdir(parents=True)
    torch.save(dict(state_dict=net.state_dict()), work / 'epoch_5.pth')
    monkeypatch.setenv('PYTHONPATH', str(ROOT))

    ran = NotebookClient(
        nbformat.read(ROOT / 'docs/tour.ipynb', 4), timeout=300,
        resources=dict(metadata=dict(path=tmp_path / 'docs'))).execute()
    pictures = [output for cell in ran.cells
                for output in cell.get('outputs', ())
                if 'image/png' in output.get('data', ())]
    assert len(pictures) == 4
