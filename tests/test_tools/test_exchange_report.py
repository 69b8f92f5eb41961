"""The report on a checkpoint's exchange, from files the test writes."""
import csv
import sys
from base64 import b64encode
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
from conftest import load_tool, make_gammas
from mmengine.dataset import pseudo_collate
from mmengine.registry import MODELS as ROOT_MODELS
from mmengine.registry import DefaultScope
from mmseg.registry import DATASETS, MODELS
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config
from tiny_translation import NAMES, prepare, prepared

from cen_mm.layers import exchangeable_norms

TOOL = 'analysis_tools/exchange_report.py'


class Cells(HTMLParser):
    """Rows of all tables, pictures, and addresses of anything else."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.images, self.open = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        assert tag not in ('script', 'link', 'iframe')
        assert 'href' not in attrs
        if tag == 'img':
            self.images.append(attrs['src'])
        if tag == 'tr':
            self.rows.append([])
        if tag in ('td', 'th'):
            self.rows[-1].append('')
        self.open = tag in ('td', 'th')

    def handle_data(self, data):
        if self.open:
            self.rows[-1][-1] += data

    def handle_endtag(self, tag):
        self.open = False


@pytest.fixture(scope='module')
def translation(tmp_path_factory):
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp('translation')
    return root, prepare(root)


@pytest.fixture(scope='module')
def segmentation(tmp_path_factory):
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp('segmentation')
    write_nyudv2(root / 'nyudv2')
    cfg = tiny_config(root / 'nyudv2', root)
    cfg.dump(root / 'tiny.py')
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = MODELS.build(cfg.model)
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    torch.save(dict(state_dict=net.state_dict(),
                    meta=dict(iter=70, epoch=7)), root / 'tiny.pth')
    return root, cfg


def report(monkeypatch, capsys, *args):
    """Run the tool; returns what it printed."""
    monkeypatch.setattr(sys, 'argv', ['', *map(str, args)])
    load_tool(TOOL).main()
    return capsys.readouterr().out


def read(path):
    with open(path, newline='') as file:
        return list(csv.DictReader(file))


def build(cfg, root, **exchange):
    """The net of the checkpoint, had it been built with another rule."""
    cfg = cfg.copy()
    cfg.model.generator.exchange = exchange
    with DefaultScope.overwrite_default_scope('mmagic'):
        net = ROOT_MODELS.build(cfg.model)
    net.load_state_dict(torch.load(root / 'rooms.pth')['state_dict'])
    return net.eval()


def mean_error(net, cfg, root, count):
    """MAE of streams and ensemble on [-1, 1], the seeds those of the tool."""
    from mmagic.registry import DATASETS as TRANSLATION_DATASETS
    with DefaultScope.overwrite_default_scope('mmagic'):
        dataset = TRANSLATION_DATASETS.build(cfg.test_dataloader.dataset)
    errors = {}
    for index in range(count):
        torch.manual_seed(index + 1)
        with torch.no_grad():
            sample = net.test_step(pseudo_collate([dataset[index]]))[0]
        target = prepared(root, NAMES[index])[1]
        for key, prefix in (('pred_img_reshading', 'reshading/'),
                            ('pred_img', '')):
            away = (sample.get(key) - target).abs().mean() / 127.5
            errors.setdefault(f'{prefix}MAE', []).append(away.item())
    return {key: np.mean(values) for key, values in errors.items()}


def test_translation(translation, monkeypatch, capsys):
    root, cfg = translation
    printed = report(
        monkeypatch, capsys, root / 'rooms.pth', '--config', root / 'rooms.py',
        '--images', 2, '--evaluate', '--eval-images', 2, '--layers',
        'encoder.2.norm')
    out = root / 'exchange_report'
    state = torch.load(root / 'rooms.pth')['state_dict']
    rows = read(out / 'channels.csv')
    assert len(rows) == 4 * 2
    for row in rows:
        gamma = state[row['layer'] + '.weight'].view(2, -1).abs()
        m = ('reshading', 'edge_texture').index(row['modality'])
        small = gamma < 0.01
        assert int(row['channels']) == gamma.shape[1]
        assert float(row['replaced']) == small[m].float().mean().item()
        assert int(row['swapped']) == small.all(dim=0).sum()
        # Behind an instance norm the variance is the squared scale.
        share = float(row['donor_use'])
        given = gamma[1 - m].square()[small[m]].sum()
        kept = gamma[m].square()[~small[m]].sum()
        assert share == pytest.approx((given / (given + kept)).item(),
                                      abs=0.02)
    assert any(0.2 < float(row['donor_use']) < 0.8 for row in rows)
    forced = read(out / 'forcing.csv')
    assert [(r['exchange'], r['layer']) for r in forced] == [
        ('as trained', ''), ('all off', ''),
        ('off', 'generator.encoder.2.norm'),
        ('only', 'generator.encoder.2.norm')
    ]
    patterns = (r'.*encoder\.\d\.norm', None, r'.*encoder\.[134]\.norm',
                r'.*encoder\.2\.norm')
    values = set()
    for row, pattern in zip(forced, patterns):
        rule = (dict(threshold=0.) if pattern is None else dict(
            threshold=0.01, pattern=pattern))
        for key, value in mean_error(
                build(cfg, root, **rule), cfg, root, 2).items():
            assert float(row[key]) == pytest.approx(value, rel=1e-5)
            values.add(float(row[key]))
            assert f'{float(row[key]):.4f}' in printed
    assert len(values) == 2 * 4
    page = Cells((out / 'report.html').read_text())
    for row in rows:
        assert [row['layer'].split('.', 1)[1], row['modality'],
                row['channels'], f'{100 * float(row["replaced"]):.1f}'] in [
                    cells[:4] for cells in page.rows]
    difference = float(forced[1]['MAE']) - float(forced[0]['MAE'])
    nowhere, = (cells for cells in page.rows if cells[0] == 'nowhere')
    assert nowhere[-2:] == [f'{float(forced[1]["MAE"]):.4f}',
                            f'{difference:+.4f}']
    assert len(page.images) == 4
    files = {b64encode(path.read_bytes()).decode()
             for path in out.glob('*.png')}
    assert files == {source.split(',')[1]
                     for source in page.images}


def test_segmentation(segmentation, monkeypatch, capsys):
    root, cfg = segmentation
    printed = report(
        monkeypatch, capsys, root / 'tiny.pth', '--images', 1, '--evaluate',
        '--eval-images', 2, '--layers', 'layer3.1.bn2', '--out', root / 'out')
    assert 'iteration: 70 (epoch 7)' in printed
    # mIoU by hand, of the net as it is.
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = MODELS.build(cfg.model).eval()
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
    net.load_state_dict(torch.load(root / 'tiny.pth')['state_dict'])
    pairs = []
    for index in range(2):
        with torch.no_grad():
            sample = net.test_step(pseudo_collate([dataset[index]]))[0]
        pairs.append([field.data.flatten().numpy() for field in
                      (sample.pred_sem_seg_depth, sample.gt_sem_seg)])
    predicted, label = np.concatenate(pairs, axis=1)
    predicted, label = predicted[label < 40], label[label < 40]
    ious = [np.mean((predicted == k)[(predicted == k) | (label == k)])
            if not (label == k).any() else
            ((predicted == k) & (label == k)).sum()
            / ((predicted == k) | (label == k)).sum()
            for k in {*predicted, *label}]
    ious = [0. if not (label == k).any() else iou
            for iou, k in zip(ious, {*predicted, *label})]
    trained = read(root / 'out/forcing.csv')[0]
    assert float(trained['depth/mIoU']) == pytest.approx(
        100 * np.mean(ious), abs=0.01)


def test_the_checkpoint_alone_will_do(segmentation, monkeypatch, capsys):
    root, _ = segmentation
    printed = report(
        monkeypatch, capsys, root / 'tiny.pth', '--images', 0, '--out',
        root / 'alone', '--cfg-options',
        'test_dataloader.dataset.data_root=nowhere')
    rows = read(root / 'alone/channels.csv')
    assert {row['donor_use'] for row in rows} == {'nan'}
    assert 'No image has been run' in printed
    assert not (root / 'alone/forcing.csv').exists()


def test_a_control_without_exchange_is_reported(segmentation, monkeypatch,
                                                capsys):
    root, _ = segmentation
    printed = report(
        monkeypatch, capsys, root / 'tiny.pth', '--images', 0, '--out',
        root / 'control', '--threshold', 0.02, '--cfg-options',
        'model.backbone.exchange.threshold=0')
    assert 'nothing is exchanged' in printed
    assert 'threshold: 0 ' in printed and 'small scales: below 0.02' in printed
    rows = read(root / 'control/channels.csv')
    assert {row['replaced'] for row in rows} == {'0.0'}
    assert any(float(row['below_own']) > 0 for row in rows)


def test_nothing_is_measured_for_a_folder_that_cannot_be(
        segmentation, monkeypatch, capsys):
    root, _ = segmentation
    (root / 'file').touch()
    with pytest.raises(SystemExit, match="File exists: .*file'"):
        report(monkeypatch, capsys, root / 'tiny.pth', '--out', root / 'file')


@pytest.mark.parametrize('args, why', [
    (['--cfg-options', 'test_dataloader.dataset.data_root=nowhere'],
     'the folder nowhere of test_dataloader .* --images 0'),
    (['--evaluate', '--layers', 'layer3.1.bn5'],
     "'layer3.1.bn5' is no layer .*layer3.1.bn2"),
    (['--evaluate', '--cfg-options', 'model.backbone.exchange.threshold=0'],
     'no exchange to force'),
    (['--cfg-options', 'model.backbone.exchange=None'],
     'none of the .* private norms of this CENSegmentor'),
    (['--evaluate', '--layers', 'layer1.0.bn1'], 'is no layer .*near names'),
    (['--images', -1], '--images must be >= 0'),
    (['--evaluate', '--eval-images', 0], '--eval-images must be >= 1'),
    (['--layers', 'layer3.1.bn2'], '--layers is about tests: give --evalua'),
    (['--evaluate', '--cfg-options', 'val_evaluator=None'],
     'no val_evaluator to test by'),
    (['--cfg-options', 'test_dataloader=None'], 'has no test_dataloader'),
    (['--evaluate', '--cfg-options',
      'test_dataloader.dataset.pipeline.2.type=RandomFlip',
      'test_dataloader.dataset.pipeline.2.prob=0.'],
     'no ground truth to compare with.*LoadLabels'),
])
def test_bad_input_gets_a_sentence(segmentation, monkeypatch, capsys, args,
                                   why):
    root, _ = segmentation
    with pytest.raises(SystemExit, match=why):
        report(monkeypatch, capsys, root / 'tiny.pth', '--out',
               root / 'refused', *args)
    assert not (root / 'refused').exists()
