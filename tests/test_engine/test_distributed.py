"""Two processes against one, on the CPU."""
import pytest
import torch
import torch.distributed as dist
from conftest import leave
from mmengine.model import MMDistributedDataParallel
from mmengine.registry import init_default_scope
from test_parity import Runner, samples_of, small_cen

from cen_mm import PrivateSyncBN, SparsityHook

KINDS = ('frozen', 'synced', 'synced affine', 'synced stats')


def job(kind):
    """A net, a batch of four and its labels; the same in every process."""
    torch.set_num_threads(1)
    init_default_scope('mmseg')
    torch.manual_seed(0)
    norm, _, private = kind.partition(' ')
    net = small_cen(50, norm='SyncBN' if norm == 'synced' else 'BN',
                    private=(private, ) if private else ('affine', 'stats'))
    x, target = torch.randn(4, 6, 32, 32), torch.randint(0, 5, (4, 32, 32))
    return net.double().train(), x.double(), target


def hook_of(kind):
    """Scales that are shared exchange nothing."""
    return SparsityHook(0. if 'stats' in kind else 1e-3)


def gradients(model, x, target):
    net = getattr(model, 'module', model)
    loss, _ = net.parse_losses(model(x, samples_of(target), mode='loss'))
    loss.backward()
    state = {f'{n}.grad': p.grad for n, p in net.named_parameters()}
    return {**state, **dict(net.named_buffers())}


def process(rank, folder):
    dist.init_process_group(
        'gloo', init_method=f'file://{folder}/meet', rank=rank, world_size=2)
    for kind in KINDS:
        net, x, target = job(kind)
        hook_of(kind).before_train(Runner(net, folder))
        model = MMDistributedDataParallel(net, device_ids=None)
        part = slice(2 * rank, 2 * rank + 2)
        result = gradients(model, x[part], target[part])
        if rank == 0:
            torch.save(result, f'{folder}/{kind}.pth')
    leave()


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Where two processes leave their gradients."""
    path = tmp_path_factory.mktemp('two')
    torch.multiprocessing.spawn(process, (str(path), ), nprocs=2)
    return path


@pytest.mark.parametrize('momentum', [0.1, None])
@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_statistics_of_16_bits(dtype, momentum):
    """They follow those of a stock norm in 32 bits."""
    norm = PrivateSyncBN(4, 2, momentum=momentum).to(dtype).stock
    stock = torch.nn.BatchNorm2d(8, momentum=momentum)
    for _ in range(3):
        x = torch.randn(2, 8, 5, 5)
        stock(x)
        norm._track(x.mean((0, 2, 3)), x.var((0, 2, 3)))
    for key in ('running_mean', 'running_var'):
        torch.testing.assert_close(
            getattr(norm, key), getattr(stock, key).to(dtype), rtol=0.02,
            atol=0.01)


@pytest.mark.parametrize('kind', KINDS)
def test_two_halves_give_the_gradients_of_the_whole(kind, folder, tmp_path):
    net, x, target = job(kind)
    hook_of(kind).before_train(Runner(net, tmp_path))
    expected = gradients(net, x, target)
    for name, value in torch.load(folder / f'{kind}.pth').items():
        if 'num_batches' not in name:
            torch.testing.assert_close(
                value, expected[name], rtol=1e-6, atol=1e-9, msg=name)
    if kind == 'synced':
        name = 'backbone.bn1.stock.running_mean'
        before = job(kind)[0].state_dict()[name]
        assert not torch.equal(expected[name], before)
