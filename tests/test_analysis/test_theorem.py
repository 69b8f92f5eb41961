"""Theorem 1 against its two inequalities, and its tool on trained nets."""
import math
import re
from statistics import NormalDist

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from tables import read_csv
from tiny_translation import prepare

from cen_mm.analysis.theorem.attraction import (
    attraction_probability,
    is_attracted,
    simulate_attraction,
)
from cen_mm.analysis.theorem.measure import Channels, table, verdict

TOOL = 'analysis_tools/attraction.py'


def test_is_the_formula():
    weight = torch.tensor([1e-3, 0.5, 2.], dtype=torch.double)[:, None]
    gradient = torch.tensor([-3., -1e-3, 0.1, 0.5, 7.], dtype=torch.double)
    found = attraction_probability(weight, gradient)
    assert found.dtype == torch.double and found.shape == (3, 5)
    for i, j in np.ndindex(3, 5):
        ratio = weight[i, 0].item() / abs(gradient[j].item())
        expected = 2 * NormalDist().cdf(ratio) - 1
        assert found[i, j].item() == pytest.approx(expected, abs=1e-14)
    # A weak penalty's chance is 2 * density(0) * ratio, not a cancelled 0.
    for dtype in (torch.float, torch.double):
        found = attraction_probability(
            1e-2, torch.tensor([1e9, 1e15, 1e-30, 0.], dtype=dtype)).tolist()
        assert found[:2] == pytest.approx(
            [2 * k / math.sqrt(2 * math.pi) for k in (1e-11, 1e-17)],
            rel=1e-6, abs=0)
        assert found[2:] == [1., 1.]


def test_nothing_to_attract_with():
    """As the strict inequalities have it, with and without a gradient."""
    gradient = torch.tensor([0., 1e-300, 1.], dtype=torch.double)
    assert attraction_probability(0., gradient).tolist() == [0, 0, 0]
    assert not is_attracted(0., gradient).any()
    assert is_attracted(1e-3, gradient).tolist() == [True, True, False]
    with pytest.raises(ValueError, match='must be >= 0, got -0.5'):
        attraction_probability(torch.tensor([1., -0.5]), gradient[:2])


@pytest.mark.parametrize('weight', [0.1, 1., 3.])
def test_map_of_gradients_counts_by_its_l2_norm(weight):
    """The proof's inequalities with footnote 4's sum, drawn by numpy."""
    rng = np.random.default_rng(0)
    g = rng.normal(size=(3, 4, 2)) * 0.4  # batch, height, width
    x_hat = rng.standard_normal((40000, 3, 4, 2))
    s = np.einsum('nij,dnij->d', g, x_hat)
    frequency = ((s + weight > 0) & (s - weight < 0)).mean()
    size = torch.from_numpy(g).norm()
    expected = attraction_probability(weight, size).item()
    tolerance = 4 * math.sqrt(expected * (1 - expected) / 40000)
    assert abs(frequency - expected) < tolerance
    simulated = simulate_attraction(
        weight, torch.from_numpy(g), 40000,
        torch.Generator().manual_seed(0))
    assert abs(simulated - expected) < tolerance
    # Other readings of |g| are told apart.
    for other in (abs(g).sum(), abs(g).mean(), abs(g.sum())):
        wrong = attraction_probability(weight, torch.tensor(other)).item()
        assert abs(frequency - wrong) > 4 * tolerance


def test_the_words():
    """Means over two batches and three penalised channels, by hand."""
    by_batch = (torch.tensor(v).T for v in (
        [[1., 0.], [1., 1.], [0., 1.]], [[0.8, 0.6], [1., 1.], [0.5, 0.]],
        [[3., 0.], [1., 1.], [4., 3.]], [[1., 2.], [1., 1.], [2., 0.]]))
    channels = Channels(
        [('a', 'rgb', 0), ('b', 'rgb', 0), ('a', 'depth', 0)], torch.zeros(3),
        torch.tensor([True, True, False]), torch.ones(3, dtype=torch.bool),
        *by_batch)
    first, second = table(channels).splitlines()[1:]
    assert first.split()[2:] == [
        'penalised', 'rgb', '2', '75.0%', '85.0%', '1.7', '1.3', '1.66']
    assert second.split()[1:] == [
        'penalised', 'depth', '1', '50.0%', '25.0%', '3.5', '1.4', '2.00']
    first, second = verdict(channels).splitlines()
    # Two cases of four are between 10 and 90 %.
    assert first == (
        'near zero, penalised: zero attracts in 75.0% of the cases, the '
        'theorem says 85.0%. Of the '
        '50.0% where it says 10 to 90% these are 50.0% and 70.0%. dL/dgamma '
        'is 1.66 times what independent pixels would make it.')
    assert second.startswith('others, penalised: zero attracts in 50.0%')


def test_translation(tmp_path, run_tool):
    """Picture, and a table with the gammas of the checkpoint."""
    prepare(tmp_path)
    out, path = tmp_path / 'new/attraction.png', tmp_path / 'all.csv'
    args = tmp_path / 'rooms.pth', '--batches', 1, '--csv', path
    said = run_tool(TOOL, *args, '--near', 0.05, '--out', out)
    assert '4 norms, lambda 0.01, near zero: |gamma| < 0.05' in said
    assert 'This network was trained with exchange' in said
    assert cv2.imread(str(out)).std() > 0
    state = torch.load(tmp_path / 'rooms.pth')['state_dict']
    lines = read_csv(path)
    layers = list(dict.fromkeys(line['layer'] for line in lines))
    assert layers == [f'generator.encoder.{n}.norm' for n in range(1, 5)]
    gammas = torch.tensor([float(line['gamma']) for line in lines])
    expected = torch.cat([state[f'{layer}.stock.weight'] for layer in layers])
    torch.testing.assert_close(gammas, expected, rtol=1e-5, atol=0)
    first = lines[:16]  # 8 channels
    assert [line['penalised'] for line in first] == [*'1111000000001111']
    assert [line['modality'] for line in first] == (
        ['reshading'] * 8 + ['edge_texture'] * 8)
    near = [line for line in lines if line['penalised'] == '1' and abs(
        float(line['gamma'])) < 0.05 and line['modality'] == 'reshading']
    shares = [sum(float(line[k]) for line in near) / len(near)
              for k in ('measured', 'theorem')]
    printed = re.search(
        r'near zero, penalised +reshading +(\d+) +([\d.]+)% +([\d.]+)%', said)
    assert int(printed[1]) == len(near)
    assert [float(printed[2]), float(printed[3])] == pytest.approx(
        [100 * share for share in shares], abs=0.1)
    small = [state[f'{layer}.stock.weight'].view(2, -1).abs() < 0.01
             for layer in layers]
    alone = sum((first ^ second).sum().item() for first, second in small)
    assert (f'{alone} channels are replaced in one modality alone: their '
            'largest |dL/dgamma| is 0, so') in said
    # Nothing resists a penalty without bounds; below 0 there is nothing.
    said = run_tool(TOOL, *args, '--near', 0, '--weight', 1e9, '--cfg-options',
                    'model.generator.exchange.threshold=0')
    assert 'trained with exchange' not in said
    assert 'exchanges no channel in one modality alone' in said
    assert '|gamma| < 0\n' in said and 'near zero, ' not in said
    assert {float(line[k]) for line in read_csv(path)
            for k in ('measured', 'theorem')} == {1}


def test_segmentation(trained_run, run_tool):
    said = run_tool(TOOL, trained_run / 'epoch_3.pth', '--batches', 2)
    assert '2 batches of 1, 16 norms, lambda 10, near zero: |gamma| < 0.02' \
        in said
    assert re.search(r'others, not penalised +depth', said)


def test_segmentation_with_options_of_training_and_test(
        trained_run, tmp_path, run_tool):
    """Neither absent modalities nor options of workers change a figure."""
    tables = tmp_path / 'plain.csv', tmp_path / 'other.csv'
    options = (
        *(f'model.data_preprocessor.drop.{m}=0.9' for m in ('rgb', 'depth')),
        'model.test_cfg.modalities=[rgb]', 'model.backbone.with_cp=True',
        'train_dataloader.prefetch_factor=2', 'train_dataloader.timeout=9')
    for path, changes in zip(tables, ([], ['--cfg-options', *options])):
        run_tool(TOOL, trained_run / 'epoch_3.pth', '--batches', 1, '--weight',
                 1e-5, '--csv', path, *changes)
    plain, other = map(read_csv, tables)
    assert plain == other
    assert all(any(float(line['theorem']) < 1 for line in plain
                   if line['modality'] == m) for m in ('rgb', 'depth'))


def test_runs_that_say_nothing(tmp_path, run_tool):
    cfg = prepare(tmp_path)
    path = tmp_path / 'rooms.pth'
    for args, change, message in (
            (['--batches', 0], {}, '--batches must be at least 1'),
            (['--out', 'a'], {}, 'a does not say which picture'),
            (['--cfg-options', 'train_dataloader.dataset.data_root=nowhere'],
             {}, 'nowhere of train_dataloader is not'),
            ([], dict(default_hooks=dict(sparsity=dict(weight=0.))),
             'lambda is 0, .* give --weight'),
            ([], dict(default_hooks=dict(sparsity=None)), 'lambda is 0'),
            ([], dict(model=dict(generator=dict(exchange=None))),
             'private norms of this CENPix2Pix has an exchange rule')):
        changed = Config(cfg.copy().to_dict())
        changed.merge_from_dict(change)
        changed.dump(tmp_path / 'rooms.py')
        with pytest.raises(SystemExit, match=message):
            run_tool(TOOL, path, *args, '--config', tmp_path / 'rooms.py')
    path.unlink()
    with pytest.raises(SystemExit, match='rooms.pth is not there'):
        run_tool(TOOL, path)
