"""The L1 penalty that makes channels exchangeable."""
import io
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
import torch
from mmengine.dist import master_only
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import Tensor, nn

from ..layers import exchangeable_norms, modality_names, region_mask
from .atomic_backend import write_whole
from .runner import trains_by_iteration, unwrapped


@HOOKS.register_module()
class SparsityHook(Hook):
    r"""Penalise the gammas that may be exchanged, and record them.

    Adds ``loss_sparsity``, the second term of Eq. 4,

    .. math:: \lambda \sum_m \sum_l |\hat\gamma_{m,l}|_1

    to the losses that the model's forward returns, so that AMP scaling,
    gradient accumulation and distribution treat it as any other loss. It is
    about every norm with an exchange rule, see ``exchange`` of
    :class:`~cen_mm.models.CENSegmentor`.

    Once an interval the share of exchanged channels goes to the log, by layer
    and modality, and to the visualiser (``exchange/<layer>/<modality>``),
    and the gammas to ``<work_dir>/gammas/iter_<n>.npz``: under a layer's name
    its ``(M, C)`` gammas, under ``<layer>/replaced`` what they exchange,
    under ``<layer>/threshold`` the threshold of its exchange, under
    ``modalities`` the M names.

    Args:
        weight (float): lambda. The official code adds its term once for each
            of the M+1 outputs, so its 2e-4 is 6e-4 here for M=2. With 0 it
            only records, if a norm exchanges.
        region (str): 'own' penalises in each modality only its own 1/M of
            the channels, the paper's choice; 'all' penalises every gamma.
            Defaults to 'own'.
        interval (int, optional): Epochs between two records, or iterations.
            Defaults to None: one epoch, and in an iteration-based loop its
            ``val_interval``.
        by_epoch (bool, optional): Whether ``interval`` counts epochs.
            Defaults to None: if the loop does.

    Raises:
        ValueError: If ``weight`` is negative or ``region`` unknown; before
            training, if there is a weight, but no norm that exchanges, or
            one whose scales are frozen.
    """

    def __init__(self,
                 weight: float,
                 region: str = 'own',
                 interval: Optional[int] = None,
                 by_epoch: Optional[bool] = None) -> None:
        if not weight >= 0:
            raise ValueError(
                f'SparsityHook.weight must be >= 0, got {weight}: a negative '
                'penalty would drive the gammas away from 0')
        region_mask(1, 1, region)
        self.weight = weight
        self.region = region
        self.interval = interval
        self.by_epoch = by_epoch

    def before_train(self, runner: Runner) -> None:
        """Attach to the model's forward."""
        if self.by_epoch is None:
            self.by_epoch = not trains_by_iteration(runner)
        if self.interval is None:
            self.interval = (
                1 if self.by_epoch else runner.train_loop.val_interval)
        model = unwrapped(runner.model)
        # Where parts are wrapped one by one, as in a GAN, names stay the same.
        self.norms = [(name.replace('.module.', '.'), norm)
                      for name, norm in exchangeable_norms(model)
                      if norm.exchange is not None]
        if not self.norms:
            if self.weight == 0:
                return
            raise ValueError(
                'SparsityHook found no norm that exchanges channels: set '
                'exchange=dict(threshold=...) in the model, or the weight '
                'of the hook to 0')
        frozen = [name for name, norm in self.norms
                  if not norm.weight.requires_grad]
        if self.weight and frozen:
            raise ValueError(
                f'SparsityHook cannot move the frozen scales of {frozen}: set '
                'requires_grad=True of their norm_cfg, set frozen_stages=-1, '
                'take them out of exchange.norms, or set the weight of the '
                'hook to 0')
        dead = [name for name, norm in self.norms
                if norm.exchange.replaced(norm.gamma).all()]
        if dead:
            runner.logger.warning(
                f'all channels of {dead} are exchanged before the training, '
                'for their scales are zero: if it starts from random weights, '
                'set zero_init_residual=False of the backbone')
        self.modalities = modality_names(model)
        self.mask = torch.cat([
            region_mask(*norm.gamma.shape, self.region).flatten()
            for _, norm in self.norms
        ]).to(self.norms[0][1].weight)
        self.handle = model.register_forward_hook(
            self._add_loss, with_kwargs=True)
        self.record(runner)

    def _add_loss(self, model: nn.Module, args: Tuple[Any, ...],
                  kwargs: Dict[str, Any], output: Any) -> Optional[dict]:
        if kwargs.get('mode') != 'loss':
            return None
        return {**output, 'loss_sparsity': self.penalty()}

    def penalty(self) -> Tensor:
        """``weight`` times the L1 norm of the penalised gammas, a scalar."""
        gammas = torch.cat([norm.weight for _, norm in self.norms])
        return self.weight * (gammas.abs() * self.mask).sum()

    def after_train(self, runner: Runner) -> None:
        """Detach from the model."""
        if self.norms:
            self.handle.remove()

    def after_train_epoch(self, runner: Runner) -> None:
        """Record once an interval."""
        if self.by_epoch and self.every_n_epochs(runner, self.interval):
            self.record(runner, step=runner.iter)

    def after_train_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Any = None,
                         outputs: Any = None) -> None:
        """Record once an interval."""
        if not self.by_epoch and self.every_n_train_iters(
                runner, self.interval):
            self.record(runner, step=runner.iter + 1)

    @master_only
    @torch.no_grad()
    def record(self, runner: Runner, step: Optional[int] = None) -> None:
        """Log the shares of exchanged channels and keep the gammas.

        Args:
            runner (Runner): The runner.
            step (int, optional): Iterations done. Defaults to the runner's.
        """
        if not self.norms:
            return
        step = runner.iter if step is None else step
        arrays = dict(modalities=np.array(self.modalities))
        shares: List[Tuple[str, List[float]]] = []
        for name, norm in self.norms:
            replaced = norm.exchange.replaced(norm.gamma)  # (M, C)
            arrays[name] = norm.gamma.float().cpu().numpy()
            arrays[f'{name}/replaced'] = replaced.cpu().numpy()
            arrays[f'{name}/threshold'] = np.array(norm.exchange.threshold)
            shares.append((name, replaced.float().mean(dim=1).tolist()))
        for m, modality in enumerate(self.modalities):
            mean = sum(share[m] for _, share in shares) / len(shares)
            runner.message_hub.update_scalar(f'train/exchanged_{modality}',
                                             mean)
            layers = ', '.join(f'{n} {s[m]:.1%}' for n, s in shares)
            runner.logger.info(f'exchanged channels of {modality}: '
                               f'{mean:.1%} ({layers})')
        runner.visualizer.add_scalars(
            {
                f'exchange/{name}/{modality}': value
                for name, share in shares
                for modality, value in zip(self.modalities, share)
            },
            step=step)
        file = io.BytesIO()
        np.savez(file, **arrays)
        write_whole(Path(runner.work_dir) / f'gammas/iter_{step:06d}.npz',
                    file.getvalue())
