"""Forced nets are the nets that would have been built with those rules."""
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from conftest import make_gammas
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.registry import METRICS
from mmengine.structures import BaseDataElement
from torch import nn

from cen_mm.analysis.report.forcing import (
    evaluate_forced,
    exchange_off,
    forced_nets,
)
from cen_mm.analysis.trained_net import exchanging_norms
from cen_mm.layers import ExchangeRule, PrivateBN


class Net(BaseModel):
    """Three norms behind convolutions; the thresholds say which exchange."""

    def __init__(self, thresholds):
        super().__init__()
        self.layers = nn.Sequential(*(
            nn.Sequential(
                nn.Conv2d(4, 4, 1),
                PrivateBN(4, num_modalities=2,
                          exchange=dict(threshold=t, region='own')))
            for t in thresholds))

    def forward(self, inputs, data_samples=None, mode='predict'):
        outputs = self.layers(torch.stack(inputs).flatten(0, 1))
        noise = torch.rand(()).item()
        for sample, output in zip(data_samples, outputs.unflatten(0, (-1, 2))):
            assert 'value' not in sample  # each net has its own copy
            sample.set_data(dict(value=output, noise=noise))
        return data_samples


@METRICS.register_module()
class MeanOfValues(BaseMetric):
    """The mean of all values, and of the noise; counts how often built."""
    default_prefix = 'mean'
    built = 0

    def __init__(self):
        super().__init__()
        MeanOfValues.built += 1

    def process(self, data_batch, data_samples):
        self.results += [(s['value'].mean().item(), s['noise'])
                         for s in data_samples]

    def compute_metrics(self, results):
        value, noise = np.mean(results, axis=0)
        return dict(value=value, noise=noise)


class Images(list):
    """A data set."""
    metainfo = {}


@pytest.fixture
def net():
    model = Net([0.02, 0.02, 0.02]).eval()
    norms = exchanging_norms(model)
    for _, norm in norms:
        make_gammas(norm)
        norm.weight.data[::2] = 0.01  # each part has some
    return SimpleNamespace(
        model=model, norms=norms,
        cfg=SimpleNamespace(val_evaluator=dict(type='MeanOfValues')))


def test_forced_nets_are_those_built_with_such_rules(net):
    inputs = torch.randn(3, 2, 4, 5, 5)
    dataset = Images(dict(inputs=x, data_samples=BaseDataElement())
                     for x in inputs)
    nets = forced_nets([name for name, _ in net.norms],
                       ['layers.0.1', 'layers.2.1'])
    rules = [norm.exchange for _, norm in net.norms]
    before = MeanOfValues.built
    evaluate_forced(net, nets, dataset, 2)
    assert MeanOfValues.built == before + 1
    assert [norm.exchange for _, norm in net.norms] == rules
    thresholds = {
        ('as trained', ''): [.02, .02, .02],
        ('all off', ''): [0, 0, 0],
        ('one off', 'layers.0.1'): [0, .02, .02],
        ('one off', 'layers.2.1'): [.02, .02, 0],
        ('one on', 'layers.0.1'): [.02, 0, 0],
        ('one on', 'layers.2.1'): [0, 0, .02],
    }
    assert [(n.exchange, n.layer) for n in nets] == list(thresholds)
    assert [nets.index(n.reference) for n in nets[1:]] == [0, 0, 0, 1, 1]
    values = set()
    for forced in nets:
        built = Net(thresholds[forced.exchange, forced.layer]).eval()
        built.load_state_dict(net.model.state_dict())
        with torch.no_grad():
            means = [built.layers(x).mean().item() for x in inputs[:2]]
        assert forced.metrics['mean/value'] == pytest.approx(np.mean(means))
        # All nets draw the same random numbers.
        assert forced.metrics['mean/noise'] == nets[0].metrics['mean/noise']
        values.add(forced.metrics['mean/value'])
    assert len(values) == len(nets)


def test_rules_come_back_after_an_error(net):
    rule = ExchangeRule(0.02, 'own')
    norms = net.norms
    with pytest.raises(RuntimeError), exchange_off(norms, {'layers.1.1'}):
        assert norms[1][1].exchange == ExchangeRule(0, 'own')
        assert norms[0][1].exchange == norms[2][1].exchange == rule
        raise RuntimeError
    assert [norm.exchange for _, norm in norms] == [rule] * 3
