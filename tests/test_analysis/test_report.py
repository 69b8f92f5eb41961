"""The report on a checkpoint's exchange, by its command line."""
import re
from base64 import b64encode
from html import unescape

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import DATASETS, MODELS, DefaultScope
from tables import read_csv
from tiny_translation import NAMES, prepare, prepared

TOOL = 'analysis_tools/exchange_report.py'
SOURCES = 'reshading', 'edge_texture'


def rows_of(page):
    """The cells of all tables, by row."""
    return [[unescape(cell) for cell in re.findall(
        r'<t[dh][^>]*>(.*?)</t[dh]>', row)]
        for row in re.findall(r'<tr>(.*?)</tr>', page, re.S)]


@torch.no_grad()
def predict(cfg, checkpoint, count):
    """Of the first images, without any of our tools; the tool's seeds."""
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        net = MODELS.build(cfg.model).eval()
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
        net.load_state_dict(torch.load(checkpoint)['state_dict'])
        for index in range(count):
            torch.manual_seed(index + 1)
            yield net.test_step(pseudo_collate([dataset[index]]))[0]


def mean_errors(cfg, root, exchange, count):
    """MAE on [-1, 1] of the net, had it been built with another rule.

    Of a stream and the ensemble.
    """
    cfg = cfg.copy()
    cfg.model.generator.exchange = exchange
    errors = {}
    for index, sample in enumerate(predict(cfg, root / 'rooms.pth', count)):
        target = prepared(root, NAMES[index])[1]
        for key, prefix in (('pred_img_reshading', 'reshading/'),
                            ('pred_img', '')):
            away = (sample.get(key) - target).abs().mean() / 127.5
            errors.setdefault(f'{prefix}MAE', []).append(away.item())
    return {key: np.mean(values) for key, values in errors.items()}


def test_translation(tmp_path, run_tool, monkeypatch):
    from mmagic.registry import METRICS
    cfg = prepare(tmp_path)
    metric, built = METRICS.get('StreamImageMetric'), []
    init = metric.__init__
    monkeypatch.setattr(metric, '__init__', lambda *args, **kwargs: (
        built.append(1), init(*args, **kwargs))[1])
    printed = run_tool(
        TOOL, tmp_path / 'rooms.pth', '--config', tmp_path / 'rooms.py',
        '--images', 2, '--evaluate', '--eval-images', 2, '--layers',
        'encoder.2.norm')
    assert len(built) == 1  # for a metric may hold a large net
    out = tmp_path / 'exchange_report'
    state = torch.load(tmp_path / 'rooms.pth')['state_dict']
    rows = read_csv(out / 'layers.csv')
    assert len(rows) == 4 * 2
    for row in rows:
        gamma = state[row['layer'] + '.stock.weight'].view(2, -1).abs()
        m = SOURCES.index(row['modality'])
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
    forced = read_csv(out / 'forcing.csv')
    layer = 'generator.encoder.2.norm'
    values = set()
    for row, (expected, rule) in zip(forced, {
            ('as trained', ''): dict(norms=r'.*encoder\.\d\.norm'),
            ('all off', ''): dict(threshold=0.),
            ('one off', layer): dict(norms=r'.*encoder\.[134]\.norm'),
            ('one on', layer): dict(norms=r'.*encoder\.2\.norm')}.items()):
        assert (row['exchange'], row['layer']) == expected
        for key, value in mean_errors(
                cfg, tmp_path, dict(dict(threshold=0.01), **rule), 2).items():
            assert float(row[key]) == pytest.approx(value, rel=1e-5)
            values.add(float(row[key]))
            assert f'{float(row[key]):.4f}' in printed
    assert len(forced) == 4 and len(values) == 2 * 4
    page = (out / 'report.html').read_text()
    assert not re.search(r'<(script|link|iframe)|href="[^#]|url\(', page)
    assert str(tmp_path) not in page
    order = [page.index(part) for part in (
        '4 of 4 layers exchange channels', '<img', '<table')]
    assert order == sorted(order)
    cells = rows_of(page)
    for row in rows:
        assert [row['layer'].split('.', 1)[1], row['modality'],
                row['channels'], f'{100 * float(row["replaced"]):.1f}'] in [
                    line[:4] for line in cells]
    for row, reference, title in ((1, 0, 'nowhere'),
                                  (2, 0, 'all but encoder.2.norm'),
                                  (3, 1, 'only encoder.2.norm')):
        value = float(forced[row]['MAE'])
        difference = value - float(forced[reference]['MAE'])
        line, = (line for line in cells if line[0] == title)
        assert line[-2:] == [f'{value:.4f}', f'{difference:+.4f}']
    images = re.findall(r'src="([^"]*)"', page)
    assert len(images) == 4 and set(images) == {
        'data:image/png;base64,' + b64encode(path.read_bytes()).decode()
        for path in out.glob('*.png')}


def test_a_page_alone(trained_run, tmp_path, run_tool):
    """Layers that replace nothing are folded away."""
    checkpoint = trained_run / 'epoch_3.pth'
    gammas = {
        key[:-len('.stock.weight')]: value.view(2, -1).abs()
        for key, value in torch.load(checkpoint)['state_dict'].items()
        if re.search(r'layer\d.*bn2.stock.weight', key)}
    smallest = sorted(gamma.min().item() for gamma in gammas.values())
    threshold = smallest[5]  # what equals it is not below
    page = tmp_path / 'new/page.html'
    args = (TOOL, checkpoint, '--images', 0, '--cfg-options',
            f'model.exchange.threshold={threshold!r}', '--out')
    assert f'{page}: 16 layers' in run_tool(*args, page)
    assert [path.name for path in page.parent.iterdir()] == ['page.html']
    run_tool(*args, tmp_path / 'folder')
    rows = read_csv(tmp_path / 'folder/layers.csv')
    text = page.read_text()
    assert (tmp_path / 'folder/report.html').read_text() == text
    for row in rows:
        small = gammas[row['layer']][
            ['rgb', 'depth'].index(row['modality'])] < threshold
        channels = []
        for run in row['replaced_channels'].split():
            first, last = map(int, (run.split('-') * 2)[:2])
            channels += range(first, last + 1)
        assert channels == small.nonzero().flatten().tolist()
    open_, folded = re.split(r'<summary>11 layers that replace nothing', text)
    folded = folded.split('</details>')[0]
    idle = {layer.split('.', 1)[1] for layer, gamma in gammas.items()
            if not (gamma < threshold).any()}
    assert len(idle) == 11
    assert {row[0] for row in rows_of(folded)[1:]} == idle
    assert len(rows_of(open_)) == 1 + 2 * 5


def test_segmentation(trained_run, tmp_path, run_tool):
    checkpoint = trained_run / 'epoch_3.pth'
    printed = run_tool(
        TOOL, checkpoint, '--images', 1, '--evaluate', '--eval-images', 2,
        '--layers', 'layer3.1.bn2', '--out', tmp_path / 'out')
    assert 'iteration: 9 (epoch 3)' in printed
    assert 'L1 penalty: 10, region own' in printed
    # mIoU by hand, of the net as it is.
    cfg = Config.fromfile(next(trained_run.glob('*.py')))
    predicted, label = np.concatenate([
        [field.data.flatten().numpy() for field in
         (sample.pred_sem_seg_depth, sample.gt_sem_seg)]
        for sample in predict(cfg, checkpoint, 2)], axis=1)
    predicted, label = predicted[label < 40], label[label < 40]
    ious = [((predicted == k) & (label == k)).sum()
            / ((predicted == k) | (label == k)).sum()
            for k in {*predicted, *label}]
    trained = read_csv(tmp_path / 'out/forcing.csv')[0]
    assert float(trained['depth/mIoU']) == pytest.approx(
        100 * np.mean(ious), abs=0.01)


def test_modalities_that_tests_leave_out(trained_run, tmp_path, run_tool):
    """The report is about the exchange, in which all take part."""
    for name, options in (('plain', []), ('alone', [
            '--cfg-options', 'model.test_cfg.modalities=[rgb]'])):
        run_tool(TOOL, trained_run / 'epoch_3.pth', '--images', 1, '--out',
                 tmp_path / name, *options)
    plain, alone = (read_csv(tmp_path / name / 'layers.csv')
                    for name in ('plain', 'alone'))
    assert plain == alone
    assert any(float(row['donor_use']) > 0 for row in plain)


def test_the_checkpoint_alone_will_do(tmp_path, run_tool):
    """Without data; and a control without exchange."""
    prepare(tmp_path)
    out = tmp_path / 'out'
    args = (TOOL, tmp_path / 'rooms.pth', '--images', 0, '--out', out,
            '--cfg-options', 'test_dataloader.dataset.data_root=nowhere')
    threshold = 'model.generator.exchange.threshold={}'.format
    printed = run_tool(*args)
    assert 'No image has been run' in printed
    assert 'nothing is exchanged' not in printed
    assert {row['donor_use'] for row in read_csv(out / 'layers.csv')} == {
        'nan'}
    assert not (out / 'forcing.csv').exists()
    assert 'No scale that may be exchanged is below' in run_tool(
        *args, threshold(1e-9))
    printed = run_tool(*args, threshold(0), '--threshold', 0.02)
    assert 'nothing is exchanged' in printed
    assert 'threshold: 0 ' in printed and 'small scales: below 0.02' in printed
    rows = read_csv(out / 'layers.csv')
    assert {row['replaced'] for row in rows} == {'0.0'}
    assert any(float(row['small_own']) > 0 for row in rows)


@pytest.mark.parametrize('args, why', [
    (['--cfg-options', 'test_dataloader.dataset.data_root=nowhere'],
     'the folder nowhere of test_dataloader .* --images 0'),
    (['--evaluate', '--layers', 'layer3.1.bn5'],
     "'layer3.1.bn5' is no layer .*layer3.1.bn2"),
    (['--evaluate', '--cfg-options', 'model.exchange.threshold=0'],
     'no exchange to force'),
    (['--cfg-options', 'model.exchange=None'],
     'none of the .* private norms of this CENSegmentor'),
    (['--evaluate', '--eval-images', 0], '--eval-images must be >= 1'),
    (['--layers', 'layer3.1.bn2'], '--layers is about tests: give --evalua'),
    (['--evaluate', '--cfg-options', 'val_evaluator=None'],
     'no val_evaluator to test by'),
    (['--cfg-options', 'test_dataloader=None'], 'has no test_dataloader'),
    (['--evaluate', '--cfg-options',
      'test_dataloader.dataset.pipeline.2.type=RandomFlip',
      'test_dataloader.dataset.pipeline.2.prob=0.'],
     'no ground truth to compare with.*LoadLabels'),
    (['--out', __file__], f'File exists: .*{__file__}'),
])
def test_bad_input_gets_a_sentence(trained_run, tmp_path, run_tool, args,
                                   why):
    with pytest.raises(SystemExit, match=why):
        run_tool(TOOL, trained_run / 'epoch_3.pth', '--out',
                 tmp_path / 'refused', *args)
    assert not (tmp_path / 'refused').exists()
