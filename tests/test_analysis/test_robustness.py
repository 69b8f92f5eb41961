"""The table of robustness against predictions by hand."""
import csv
import shutil
from pathlib import Path

import pytest
import torch
from messages import fails
from mmengine import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope
from mmseg.registry import DATASETS, MODELS
from reference import segmentation_metrics

from cen_mm.analysis import robustness
from cen_mm.analysis.robustness import failures
from cen_mm.analysis.tables import run_names

TOOL = 'analysis_tools/robustness.py'


def mean_iou(samples, stream):
    labels, predictions = (
        [sample.get(field).data.numpy() for sample in samples]
        for field in ('gt_sem_seg', f'pred_sem_seg{stream}'))
    return segmentation_metrics(labels, predictions, 40)['mIoU']


def predict(folder, names, degrade=None):
    """By a config that says what is there, or what fails."""
    cfg = Config.fromfile(next(folder.glob('*.py')))
    cfg.model.test_cfg.modalities = names
    if degrade:
        cfg.test_dataloader.dataset.pipeline.append(
            dict(type='Degrade', **degrade))
    with DefaultScope.overwrite_default_scope('mmseg'), torch.no_grad():
        model = MODELS.build(cfg.model).eval()
        state = torch.load(folder / 'epoch_3.pth', weights_only=False)
        model.load_state_dict(state['state_dict'])
        return [model.test_step(pseudo_collate([data]))[0]
                for data in DATASETS.build(cfg.test_dataloader.dataset)]


def test_subsets_and_degraded_sensors(trained_run, tmp_path, run_tool):
    copy = tmp_path / 'copied'
    copy.mkdir()
    for path in (trained_run / 'epoch_3.pth', *trained_run.glob('*.py')):
        shutil.copy(path, copy)
    printed = run_tool(
        TOOL, trained_run / 'epoch_3.pth', copy / 'epoch_3.pth', '--degrade',
        'depth:holes:0.5', 'rgb:stuck', '--out', tmp_path / 'new/table.csv',
        '--cfg-options',
        f'val_evaluator.save_confusions={tmp_path / "training.npz"}',
        f'val_evaluator.output_dir={tmp_path / "predictions"}')
    # What the training's tests wrote stays as it is.
    assert {path.name for path in tmp_path.iterdir()} == {
        'copied', 'new'}
    with open(tmp_path / 'new/table.csv', newline='') as file:
        rows = list(csv.DictReader(file))
    cases = {
        'rgb, depth': (('rgb', 'depth'), None),
        'rgb': (('rgb', ), None), 'depth': (('depth', ), None),
        'rgb, depth; depth holes 0.5': (('rgb', 'depth'), dict(
            modality='depth', how='holes', amount=0.5)),
        'rgb, depth; rgb stuck': (('rgb', 'depth'), dict(
            modality='rgb', how='stuck'))}
    assert {row['sensors'] for row in rows} == set(cases)
    lines = {line.split('|')[1].strip(): line.split('|')[2:-1]
             for line in printed.strip().splitlines()}
    assert [c.strip() for c in lines['sensors']][:3] == [
        f'{trained_run.name}: {s}' for s in ('ensemble', 'depth', 'rgb')]
    for title, (names, degrade) in cases.items():
        samples = predict(trained_run, names, degrade)
        own = [row for row in rows if row['sensors'] == title]
        assert {row['stream'] for row in own} == {*names, 'ensemble'}
        for row in own:
            end = '' if row['stream'] == 'ensemble' else f'_{row["stream"]}'
            expected = mean_iou(samples, end)
            assert float(row['mIoU']) == pytest.approx(expected, abs=0.01)
        assert float(lines[title][0]) == pytest.approx(
            mean_iou(samples, ''), abs=0.06)
    assert not lines['rgb'][1].strip()  # depth has no stream there


@pytest.mark.parametrize('args, part', [
    (['--degrade', 'depth:fog'], 'depth:fog is not MODALITY:HOW:AMOUNT'),
    (['--degrade', 'depth:holes:x'], 'depth:holes:x is not'),
    (['--degrade', 'rgb:stuck', 'depht:holes:0.5'], '--degrade depht:holes:'
     '0.5: no run has that modality, give one of rgb, depth'),
    (['--images', 0], '--images must be >= 1'),
    (['--cfg-options', 'test_dataloader=None'], 'has no test_dataloader'),
    (['--cfg-options', 'val_evaluator=None'], 'no val_evaluator to test by'),
    (['--cfg-options', 'val_evaluator.iou_metrics=[mDice]'],
     'val_evaluator measures')])
def test_bad_input_gets_a_sentence(trained_run, run_tool, args, part):
    with fails(SystemExit, part):
        run_tool(TOOL, trained_run / 'epoch_3.pth', *args)


def test_a_net_lacks_a_modality_that_another_has():
    found = failures(('rgb', 'heat'), ['depth:stuck', 'heat:stuck'])
    assert [case.title for case in found] == [
        'rgb, heat', 'rgb', 'heat', 'rgb, heat; heat stuck']


def test_all_runs_are_looked_at_before_the_first_test(
        trained_run, tmp_path, monkeypatch):
    """The second lacks its checkpoint; of the first one image is tested."""
    counts = []
    evaluate = robustness.evaluate_variants
    monkeypatch.setattr(
        robustness, 'evaluate_variants', lambda cfg, dataset, count, *args: (
            counts.append(count), evaluate(cfg, dataset, count, *args))[1])
    with fails(FileNotFoundError, 'absent.pth is not there'):
        robustness.measure_robustness(
            [str(trained_run / 'epoch_3.pth'), str(tmp_path / 'absent.pth')])
    assert counts == [1]


def test_other_models_and_equal_names_are_refused(trained_run, rooms,
                                                  run_tool):
    with fails(SystemExit, 'net.pth is a CENPix2Pix, which needs all'):
        run_tool(TOOL, rooms.root / 'CEN/net.pth')
    path = trained_run / 'epoch_3.pth'
    with fails(SystemExit, 'several checkpoints lie in one folder'):
        run_tool(TOOL, path, path)


def test_runs_are_called_by_what_tells_them_apart():
    root = Path('work_dirs')
    assert run_names([root / 'cen']) == ['cen']
    assert run_names([root / 'cen', 'a' / root]) == ['cen', 'work_dirs']
    assert run_names([root / 'cen/seed0', root / 'concat/seed0']) == [
        'cen/seed0', 'concat/seed0']
