"""What runs on a GPU gives what it gives on a CPU."""
import copy

import pytest
import torch
from test_parity import samples_of, small_cen

import cen_mm

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason='needs a GPU')


@torch.no_grad()
@pytest.mark.parametrize('m', [2, 3])
@pytest.mark.parametrize('layout', [
    torch.contiguous_format, torch.channels_last])
def test_inference(m, layout):
    torch.backends.cudnn.allow_tf32 = False
    net = small_cen(50, ('rgb', 'depth', 'normal')[:m]).eval()
    x = torch.randn(2, 3 * m, 64, 96)
    expected = net(x, mode='tensor')
    net = net.cuda().to(memory_format=layout)
    x = x.cuda().to(memory_format=layout)
    for each in (net(x, mode='tensor'), cen_mm.deploy(net)(x)):
        torch.testing.assert_close(each.cpu(), expected, rtol=0, atol=1e-4)


def test_losses_and_gradients():
    torch.backends.cudnn.allow_tf32 = False
    net = small_cen(50).train()
    x, target = torch.randn(2, 6, 64, 64), torch.randint(0, 5, (2, 64, 64))
    found = []
    for each, device in ((copy.deepcopy(net), 'cpu'), (net, 'cuda')):
        each = each.to(device)
        losses = each.loss(x.to(device), samples_of(target.to(device)))
        sum(v for k, v in losses.items() if 'loss' in k).backward()
        found.append([p.grad.cpu() for p in each.parameters()])
    for cpu, gpu in zip(*found):
        torch.testing.assert_close(gpu, cpu, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_autocast(dtype):
    net = small_cen(50).eval().cuda()
    x = torch.randn(1, 6, 64, 64, device='cuda')
    with torch.no_grad():
        expected = net(x, mode='tensor')
        with torch.autocast('cuda', dtype):
            found = net(x, mode='tensor').float()
    off = (found - expected).abs().max() / expected.abs().max()
    assert off < 0.1
