"""What a sweep may be asked for, and which trainings it then is."""
from itertools import product
from pathlib import Path

import pytest
from mmengine.config import Config

from cen_mm.analysis.compare.sweep import run_sweep
from cen_mm.analysis.compare.sweep_points import (
    Point,
    config_value,
    fit,
    plan,
    read_vary,
)
from cen_mm.analysis.compare.trainings import changed, config_text

WEIGHT = 'default_hooks.sparsity.weight'
THRESHOLD = 'model.backbone.exchange.threshold'
CONFIG = '''
unused = 3
model = dict(
    type='Net', widths=[4, 8], steps=(1, 2), region='own', init=None,
    backbone=dict(exchange=dict(threshold=0.02)))
optim_wrapper = dict(paramwise_cfg={'backbone.stem': dict(lr_mult=2)})
default_hooks = dict(sparsity=dict(weight=1e-3))
train_cfg = dict(max_epochs=10)
val_evaluator = dict(type='IoU')
visualizer = dict(vis_backends=[dict(type='LocalVisBackend')])
'''


@pytest.mark.parametrize('vary, kwargs, message', [
    (['model.backbone.exchange.treshold=1'], {}, 'model.backbone.exchange.'
     f'treshold is no field of the config; near fields: {THRESHOLD}.*'
     '--cfg-options'),
    (['sparsity.weight=1'], {}, f'near fields: {WEIGHT}'),
    (['qqq=1'], {}, 'near fields: none'),
    # --cfg-options reaches neither into tuples nor where names have dots.
    (['model.steps.0=1'], {}, 'no field of the .*; near fields: model.steps'),
    (['optim_wrapper.paramwise_cfg.backbone.stem.lr_mult=1'], {}, 'no field'),
    (['unused=1'], {}, 'unused is only a variable of the config'),
    (['default_hooks.sparsity=1'], {}, f'is a group of fields.* {WEIGHT}'),
    (['randomness.seed=1'], {}, 'is varied by --seeds'),
    ([f'{WEIGHT}=1e-2x'], {}, "'1e-2x' is no number, .*own value 0.001"),
    ([f'{WEIGHT}=True'], {}, 'True is no number'),
    (['model.region=1'], {}, "1 is no text, as is .* 'own'"),
    (['model.widths=4'], {}, r'4 is no list, as is .*\[4, 8\]'),
    ([f'{WEIGHT}=1,inf'], {}, 'inf has no place on an axis'),
    ([f'{WEIGHT}=nan'], {}, 'nan has no place on an axis'),
    ([f'{WEIGHT}=1,2,1.0'], {}, 'the value 1.0 is given twice'),
    (['model.widths=[1],[1]'], {}, r'the value \[1\] is given twice'),
    ([f'{WEIGHT}=1,,2'], {}, 'give KEY=V1,V2 without blanks'),
    ([WEIGHT], {}, 'give KEY=V1,V2 without blanks'),
    (['=1'], {}, 'give KEY=V1,V2 without blanks'),
    (['model.widths=[1'], {}, 'Imbalanced brackets'),
    ([f'{WEIGHT}=1', f'{WEIGHT}=2'], {}, 'names .*weight twice'),
    ([f'{WEIGHT}=1'], dict(seeds=[0, 0]), 'has a seed twice'),
    ([f'{WEIGHT}=1'], dict(jobs=0), '--jobs must be at least 1'),
    ([f'{WEIGHT}=1'], dict(options=['val_evaluator=None']),
     'net.py has no val_evaluator'),
    ([f'{WEIGHT}=1'], dict(options=['train_cfg=None']),
     'net.py has no train_cfg'),
    ([f'{WEIGHT}=1'], dict(options=['visualizer.vis_backends=[]']),
     'net.py has no LocalVisBackend'),
    (['a=1'], dict(config='none.py'), 'none.py is not there'),
])
def test_bad_requests(tmp_path, monkeypatch, vary, kwargs, message):
    (tmp_path / 'net.py').write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, OSError), match=message) as error:
        run_sweep(**{**dict(
            config='net.py', vary=vary, seeds=[0], jobs=1, work_dir='out',
            options=[], train='train.py'), **kwargs})
    assert '\n' not in str(error.value)
    assert not Path('out').exists()


@pytest.mark.parametrize('text, values', [
    ('1e-4,0.5,3', [1e-4, 0.5, 3]), ('own', ['own']),
    ('None,True', [None, True]), ('[1,2],[3,4]', [[1, 2], [3, 4]]),
    ('[1,2]', [[1, 2]]), ('(1,2)', [(1, 2)])])
def test_values_reach_the_training(tmp_path, text, values):
    """As they are read, so they arrive: through a file."""
    assert read_vary([f'a.b={text}']) == {'a.b': values}
    cfg = Config(dict(a=dict(b=0, c=1)))
    file = tmp_path / 'net.py'
    for value in values:
        file.write_text(config_text(
            changed(cfg, Point('a.b', value, 7).options)))
        assert Config.fromfile(file).to_dict() == dict(
            a=dict(b=value, c=1), randomness=dict(seed=7))
    assert cfg.a.b == 0


def test_the_unchanged_config_is_trained_once():
    current = {'a': 0.1, 'b': (1, 2)}
    made = plan(current, {'a': [0.1, 1.], 'b': [[1, 2], [3, 4]]}, [5, 3])
    names = 'unchanged', 'a=1.0', 'b=_3_4_'
    assert [p.name for p in made] == [
        f'{name}_seed{seed}' for seed, name in product((5, 3), names)]
    assert made[0].options == {'randomness.seed': 5}
    assert made[-1].options == {'randomness.seed': 3, 'b': [3, 4]}
    assert Point('a', 'x/../y z', -1).name == 'a=x_.._y_z_seed-1'


@pytest.mark.parametrize('current, given, fitting', [
    (0.5, [1, 2.5], '[1.0, 2.5]'), (0, [1., 2.5], '[1, 2.5]'),
    (None, [1, 'x'], "[1, 'x']")])
def test_one_number_is_one_training(current, given, fitting):
    """1 and 1.0 of two calls have one folder."""
    assert str(fit('a', given, current)) == fitting


@pytest.mark.parametrize('key, value', [
    ('model.a.0.b', None), ('model.c', (3, )), ('custom_hooks.0.d', 'x'),
    ('model.a', [dict(b=None)])])
def test_values_of_the_config(key, value):
    cfg = Config(dict(
        model=dict(a=[dict(b=None)], c=(3, )), custom_hooks=[dict(d='x')]))
    assert config_value(cfg, key) == value
