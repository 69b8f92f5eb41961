"""Forced nets are the nets that would have been built with those rules."""
import numpy as np
import pytest
import torch
from conftest import make_gammas
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.registry import METRICS
from mmengine.structures import BaseDataElement
from torch import nn

from cen_mm.analysis.forcing import (
    evaluate_forced,
    exchange_off,
    forced_nets,
)
from cen_mm.layers import ExchangeRule, PrivateBN, exchangeable_norms


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
    """The mean of all values, and of the noise."""
    default_prefix = 'mean'

    def process(self, data_batch, data_samples):
        self.results += [(s['value'].mean().item(), s['noise'])
                         for s in data_samples]

    def compute_metrics(self, results):
        value, noise = np.mean(results, axis=0)
        return dict(value=value, noise=noise)


@pytest.fixture
def net():
    net = Net([0.02, 0.02, 0.02]).eval()
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
        norm.weight.data[::2] = 0.01  # each part has some
    return net


def test_metrics_are_those_of_nets_with_such_rules(net):
    norms = exchangeable_norms(net)
    inputs = torch.randn(3, 2, 4, 5, 5)
    batches = ({
        'inputs': [x], 'data_samples': [BaseDataElement()]
    } for x in inputs)
    nets = forced_nets([name for name, _ in norms],
                       ['layers.0.1', 'layers.2.1'])
    rules = [norm.exchange for _, norm in norms]
    done = []
    evaluate_forced(net, norms, nets, batches, dict(type='MeanOfValues'), {},
                    done.append)
    assert [norm.exchange for _, norm in norms] == rules
    assert sum(done) == 3 * len(nets)
    thresholds = {
        ('as trained', ''): [.02, .02, .02],
        ('all off', ''): [0, 0, 0],
        ('off', 'layers.0.1'): [0, .02, .02],
        ('off', 'layers.2.1'): [.02, .02, 0],
        ('only', 'layers.0.1'): [.02, 0, 0],
        ('only', 'layers.2.1'): [0, 0, .02],
    }
    assert [(n.kind, n.layer) for n in nets] == list(thresholds)
    values = set()
    for forced in nets:
        built = Net(thresholds[forced.kind, forced.layer]).eval()
        built.load_state_dict(net.state_dict())
        with torch.no_grad():
            means = [built.layers(x).mean().item() for x in inputs]
        assert forced.metrics['mean/value'] == pytest.approx(np.mean(means))
        # All nets draw the same random numbers.
        assert forced.metrics['mean/noise'] == nets[0].metrics['mean/noise']
        values.add(forced.metrics['mean/value'])
    assert len(values) == len(nets)


def test_rules_come_back_after_an_error(net):
    norms = exchangeable_norms(net)
    rule = ExchangeRule(0.02, 'own')
    with pytest.raises(RuntimeError), exchange_off(norms, {'layers.1.1'}):
        assert norms[1][1].exchange == ExchangeRule(0, 'own')
        assert norms[0][1].exchange == norms[2][1].exchange == rule
        raise RuntimeError
    assert [norm.exchange for _, norm in norms] == [rule] * 3
