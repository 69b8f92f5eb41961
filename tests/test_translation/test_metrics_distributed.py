"""Two processes with half of the views each, against one with all."""
import torch
import torch.distributed as dist
from conftest import leave
from mmengine.evaluator import Evaluator
from test_metrics_distribution import make_metric
from test_metrics_image import evaluate, make_case, to_samples

from cen_mm.translation.metrics import StreamImageMetric


def metrics():
    return [StreamImageMetric(), make_metric(num_subsets=3, subset_size=3)]


def process(rank, folder):
    torch.set_num_threads(1)  # as data loaders do: no pool survives a fork
    dist.init_process_group(
        'gloo', init_method=f'file://{folder}/meet', rank=rank, world_size=2)
    evaluator = Evaluator(metrics())
    samples = to_samples(*make_case())
    # As a distributed sampler deals them: in turn, the first once more.
    evaluator.process((samples + samples[:1])[rank::2])
    torch.save(evaluator.evaluate(len(samples)), f'{folder}/{rank}.pth')
    leave()


def test_two_processes_give_the_figures_of_one(tmp_path):
    # To import mmagic in each process would take longer than all the rest.
    torch.multiprocessing.start_processes(
        process, (str(tmp_path), ), nprocs=2, start_method='fork')
    expected = evaluate(metrics(), to_samples(*make_case()), batch=1)
    assert len(expected) == 3 * (4 + 2)
    for rank in range(2):
        assert torch.load(tmp_path / f'{rank}.pth') == expected
