"""How often gammas are attracted to zero, measured and by Theorem 1."""
from dataclasses import dataclass
from itertools import islice, product
from typing import Dict, List, Optional, Sequence, Tuple

import torch
from mmengine.config import Config
from mmengine.runner import Runner, set_random_seed
from torch import Tensor

from ...layers import region_mask
from ..files import prepare_file
from ..held_out import check_folder
from ..style import check_name, save
from ..tables import write_csv
from ..trained_net import TrainedNet, load_trained_net
from .attraction import attraction_probability, is_attracted
from .gradients import GammaGradients, gamma_gradients
from .plots import draw_attraction

NEAR_ZERO = 2e-2  # the paper's threshold
# What a loader takes only with workers.
OF_WORKERS = ('persistent_workers', 'prefetch_factor', 'timeout',
              'multiprocessing_context')


@dataclass
class Channels:
    """K channels of all norms and modalities, over B batches.

    Attributes:
        names: Layer, modality and channel.
        gamma, near, penalised: The gammas, whether they are near zero, and
            whether the training penalises them, ``(K, )``.
        attracted, probability: Whether zero would attract gamma, and how
            likely that is by the theorem, ``(B, K)``.
        slope, size: See :class:`GammaGradients`, ``(B, K)``.
    """
    names: List[Tuple[str, str, int]]
    gamma: Tensor
    near: Tensor
    penalised: Tensor
    attracted: Tensor
    probability: Tensor
    slope: Tensor
    size: Tensor

    @property
    def modalities(self) -> Dict[str, Tensor]:
        """Masks by modality, in the order of the network."""
        names = [name for _, name, _ in self.names]
        return {k: torch.tensor([name == k for name in names])
                for k in dict.fromkeys(names)}

    @property
    def groups(self) -> Dict[str, Tensor]:
        """Masks of what the theorem tells apart, without empty ones."""
        masks = {
            f'{"near zero" if near else "others"}, '
            f'{"" if penalised else "not "}penalised':
            (self.near == near) & (self.penalised == penalised)
            for near, penalised in product((True, False), repeat=2)
        }
        return {name: mask for name, mask in masks.items() if mask.any()}

    def of(self, mask: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        """The last four attributes of some channels, in double."""
        return tuple(values[:, mask].double() for values in (
            self.attracted, self.probability, self.slope, self.size))


def measure_attraction(checkpoint: str, config: Optional[str] = None,
                       cfg_options: Optional[Sequence[str]] = None,
                       batches: int = 20, weight: Optional[float] = None,
                       near: Optional[float] = None,
                       out: Optional[str] = None,
                       csv_out: Optional[str] = None) -> str:
    """Compare the theorem with the gradients of a run, without a step.

    Args:
        checkpoint (str): Path.
        config, cfg_options: See :func:`load_trained_net`.
        batches (int): How many of the training set. Defaults to 20.
        weight (float, optional): lambda. Defaults to that of the config's
            SparsityHook.
        near (float, optional): Which ``|gamma|`` is near zero. Defaults to
            the largest threshold of the exchange, or 2e-2 if that is 0.
        out (str, optional): Picture to write. Defaults to none.
        csv_out (str, optional): Table to write, a line a channel. Defaults
            to none.

    Returns:
        str: Tables and sentences for the terminal.

    Raises:
        OSError: If a file is not there or cannot be written.
        ValueError: If arguments are impossible or nothing can be measured.
    """
    if out:
        check_name(out)
    if csv_out:
        prepare_file(csv_out)
    net = load_trained_net(checkpoint, config, cfg_options)
    weight = net.penalty[0] if weight is None else weight
    if weight <= 0:
        raise ValueError(
            f'lambda is {weight:g}, and without a penalty nothing is '
            'attracted: give --weight a positive number, such as that of '
            "another run's SparsityHook")
    threshold = max(norm.exchange.threshold for _, norm in net.norms)
    near = (threshold or NEAR_ZERO) if near is None else near
    data = _training_batches(net.cfg, batches)
    found = gamma_gradients(net.model, data)
    channels = _channels_of(found, weight, near, net)
    lines = [
        f'{len(data)} batches of {net.cfg.train_dataloader.batch_size}, '
        f'{len(found)} norms, lambda {weight:g}, near zero: |gamma| < '
        f'{near:g}',
        table(channels), verdict(channels), _with_exchange(net, data[:1])
    ]
    if threshold > 0:
        lines.insert(0, 'This network was trained with exchange, which is '
                     'off for what follows; the theorem is about networks '
                     'trained without.')
    if csv_out:
        write_csv(csv_out, _rows(channels))
        lines.append(f'{csv_out}: {len(channels.gamma)} channels')
    if out:
        save(draw_attraction(channels, f'{len(data)} batches of the training '
                             f'set, $\\lambda$ = {weight:g}'), out)
        lines.append(f'{out}: {len(found)} layers')
    return '\n'.join(lines)


def _training_batches(cfg: Config, count: int) -> List[dict]:
    """Batches with the training's augmentation, the same ones every time."""
    if count < 1:
        raise ValueError(f'--batches must be at least 1, got {count}')
    check_folder(cfg, 'train_dataloader')
    loader = {key: value for key, value in cfg.train_dataloader.items()
              if key not in OF_WORKERS}
    loader['num_workers'] = 0
    set_random_seed(0)
    return list(islice(Runner.build_dataloader(loader, seed=0), count))


def _channels_of(found: Dict[str, GammaGradients], weight: float, near: float,
                 net: TrainedNet) -> Channels:
    """All channels in a row: by layer, by modality."""
    own_weight, region = net.penalty
    gamma, penalised, slope, size = (
        torch.cat([v.flatten(-2) for v in values], -1) for values in zip(*(
            (norm.gamma, region_mask(*norm.gamma.shape, region), norm.slope,
             norm.size) for norm in found.values())))
    return Channels(
        [(layer, modality, c) for layer, norm in found.items()
         for modality in net.modalities for c in range(norm.gamma.shape[1])],
        gamma, gamma.abs() < near, penalised & (own_weight > 0),
        is_attracted(weight, slope), attraction_probability(weight, size),
        slope, size)


def table(channels: Channels) -> str:
    """Means over a group's channels and over the batches, by modality."""
    lines = [f'{"gammas":24} {"modality":>14} {"number":>6} {"measured":>8} '
             f'{"theorem":>8} {"rms s":>8} {"rms |g|":>8} {"s/|g|":>6}']
    for (group, some), (modality, its) in product(
            channels.groups.items(), channels.modalities.items()):
        attracted, theorem, slope, size = channels.of(some & its)
        if slope.numel():
            lines.append(
                f'{group:24} {modality:>14} {slope.shape[1]:6} '
                f'{attracted.mean():8.1%} {theorem.mean():8.1%} '
                f'{_rms(slope):8.2g} {_rms(size):8.2g} '
                f'{_relative_rms(slope, size):6.2f}')
    return '\n'.join(lines)


def verdict(channels: Channels) -> str:
    """How far the theorem is off, in a sentence or two a group."""
    lines = []
    for group, mask in channels.groups.items():
        attracted, theorem, slope, size = channels.of(mask)
        unsure = (theorem > 0.1) & (theorem < 0.9)
        lines.append(
            f'{group}: zero attracts in {attracted.mean():.1%} of the cases, '
            f'the theorem says {theorem.mean():.1%}. '
            + (f'Of the {unsure.double().mean():.1%} where it says 10 to 90% '
               f'these are {attracted[unsure].mean():.1%} and '
               f'{theorem[unsure].mean():.1%}. ' if unsure.any() else '')
            + f'dL/dgamma is {_relative_rms(slope, size):.2f} times what '
            'independent pixels would make it.')
    return '\n'.join(lines)


def _with_exchange(net: TrainedNet, batches: List[dict]) -> str:
    """What the exchange itself makes of the gradient, in a sentence."""
    found = gamma_gradients(net.model, batches, exchange=True)
    alone = []
    for name, norm in net.norms:
        replaced = norm.exchange.replaced(norm.gamma.cpu())
        # Two that are replaced in one channel feed each other's place.
        alone.append(found[name].slope.abs().amax(dim=0)[
            replaced & (replaced.sum(dim=0) == 1)])
    slopes = torch.cat(alone)
    if not slopes.numel():
        return 'This run exchanges no channel in one modality alone.'
    return (f'With the exchange on, {slopes.numel()} channels are replaced in '
            'one modality alone: their largest |dL/dgamma| is '
            f'{slopes.max():g}, so that only penalty and weight decay, if '
            'any, move their gammas.')


def _rows(channels: Channels) -> List[dict]:
    """Of the table, one a channel."""
    return [
        dict(layer=layer, modality=modality, channel=channel,
             gamma=f'{gamma:.6g}', penalised=int(penalised),
             measured=f'{measured:.4f}', theorem=f'{theorem:.4f}')
        for (layer, modality, channel), gamma, penalised, measured, theorem
        in zip(channels.names, channels.gamma, channels.penalised,
               channels.attracted.float().mean(dim=0),
               channels.probability.mean(dim=0))
    ]


def _relative_rms(slope: Tensor, size: Tensor) -> float:
    """Of s / |g|, which is 1 if the theorem's premise holds."""
    return _rms(slope[size > 0] / size[size > 0])


def _rms(x: Tensor) -> float:
    return x.square().mean().sqrt().item()
