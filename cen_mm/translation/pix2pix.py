"""Pix2pix for several modalities."""
from typing import Dict, List, Optional, Sequence, Union

import numpy as np
import torch
import torch.nn.functional as F
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.model import BaseModel
from mmengine.optim import OptimWrapperDict
from torch import Tensor

from ..engine.runner import unwrapped
from ..layers import (
    PresentModalities,
    alignment_losses,
    check_modalities,
    check_num_modalities,
    fold,
    set_present,
)
from .mode import mode_of


@MODELS.register_module()
class CENPix2Pix(PresentModalities, BaseModel):
    r"""Translates several source domains into one target domain.

    The losses of the official code: every stream m tries to deceive the
    discriminator D and to come close to the target y, the ensemble e only
    the latter, which trains its weights alone:

    .. math::
        L_D &= \sum_m \tfrac{1}{2} \left(\mathrm{BCE}(D(x_m, y), 1) +
        \mathrm{BCE}(D(x_m, G_m), 0)\right) \\
        L_G &= \sum_m \mathrm{BCE}(D(x_m, G_m), 1) + w \sum_{m, e}
        |G - y|_1 + \lambda \sum |\hat\gamma|

    The last term is added by :class:`~cen_mm.engine.SparsityHook`. Each
    iteration runs the generator once and updates the discriminator first;
    the official code runs the generator twice, with other dropout.

    Args:
        generator (dict): Config of a :class:`CENUNetGenerator`, without its
            ``num_modalities``.
        discriminator (dict): Config of a
            :class:`MultimodalPatchDiscriminator`, likewise.
        modalities (Sequence[str]): The source domains, in the order of the
            data set. They name the streams.
        target (str): The target domain.
        data_preprocessor (dict): mmagic's ``DataPreprocessor`` with
            ``stack_data_sample=False``.
        pixel_weight (float): w. Defaults to 100.
        predict_mode (str): 'train' predicts as the official code does, with
            dropout and with the statistics of the image itself; 'eval'
            without dropout and with running statistics, which on several
            GPUs ask for mmengine's ``SyncBuffersHook``. Defaults to 'train'.
        present (Sequence[str], optional): Modalities that are present in
            tests, see ``docs/design.md``; an attribute too. Defaults to None:
            all.
        init_cfg (dict, optional): Defaults to None.

    Raises:
        ValueError: If the modalities are no distinct names or one is the
            target, one that is present is none of them, ``predict_mode`` is
            unknown, a std is not above 0, or a layer says another M.
    """

    def __init__(self,
                 generator: dict,
                 discriminator: dict,
                 modalities: Sequence[str],
                 target: str,
                 data_preprocessor: dict,
                 pixel_weight: float = 100.,
                 predict_mode: str = 'train',
                 present: Optional[Sequence[str]] = None,
                 init_cfg: Optional[dict] = None) -> None:
        std = data_preprocessor.get('std')
        if std is not None and not np.all(np.greater(std, 0)):
            raise ValueError(
                f'data_preprocessor.std must be above 0, got {std}')
        super().__init__(data_preprocessor, init_cfg)
        self.modalities = check_modalities(modalities, target)
        self.target = target
        self.pixel_weight = pixel_weight
        if predict_mode not in ('train', 'eval'):
            raise ValueError("predict_mode must be 'train' or 'eval', got "
                             f'{predict_mode!r}')
        self.predict_mode = predict_mode
        m = len(self.modalities)
        self.generator = MODELS.build(dict(generator, num_modalities=m))
        self.discriminator = MODELS.build(
            dict(discriminator, num_modalities=m))
        check_num_modalities(self, m)
        self.present = present or self.modalities

    @property
    def streams(self) -> List[str]:
        """Names of the generator's outputs; one modality has no streams."""
        several = self.modalities if len(self.modalities) > 1 else ()
        return [*several, 'ensemble']

    def state_dict(self, *args, **kwargs) -> Dict[str, Tensor]:
        """The state without the distributed wrappers of the two networks.

        mmengine would save their names, but expects none where it loads.
        """
        state = super().state_dict(*args, **kwargs)
        for key in list(state):
            # All of them anew, to keep the order.
            state[key.replace('.module.', '.')] = state.pop(key)
        return state

    def forward(self,
                inputs: Tensor,
                data_samples: Optional[List[DataSample]] = None,
                mode: str = 'tensor',
                outputs: Optional[Tensor] = None
                ) -> Union[Tensor, Dict[str, Tensor], List[DataSample]]:
        """The forward pass in one of mmengine's modes.

        Args:
            inputs (Tensor): ``(N, M*C, H, W)`` in [-1, 1].
            data_samples (list[DataSample], optional): N samples, in training
                with ``gt_img`` in [-1, 1].
            mode (str): 'tensor' gives the generator's output, 'loss' the
                terms of its loss, 'predict' samples.
            outputs (Tensor, optional): The generator's output, if it is
                there already.

        Returns:
            Tensor | dict[str, Tensor] | list[DataSample]: By mode.

        Raises:
            ValueError: If the mode is unknown.
        """
        if mode == 'predict':
            return self.predict(inputs, data_samples)
        if outputs is None:
            outputs = self.generator(inputs)
        if mode == 'tensor':
            return outputs
        if mode == 'loss':
            return self.generator_loss(inputs, targets(data_samples), outputs)
        raise ValueError(f"mode must be 'tensor', 'loss' or 'predict', got "
                         f'{mode!r}')

    def train_step(self, data: dict,
                   optim_wrapper: OptimWrapperDict) -> Dict[str, Tensor]:
        """Update the discriminator, then the generator.

        Args:
            data (dict): A batch of the data loader.
            optim_wrapper (OptimWrapperDict): With 'generator' and
                'discriminator'.

        Returns:
            dict[str, Tensor]: The terms of both losses.
        """
        data = self.data_preprocessor(data, True)
        inputs, samples = data['inputs'], data['data_samples']
        self._check(samples, self.modalities)
        g_optim = optim_wrapper['generator']
        d_optim = optim_wrapper['discriminator']
        with g_optim.optim_context(self.generator):
            outputs = self.generator(inputs)
        with d_optim.optim_context(self.discriminator):
            loss, judged = self.parse_losses(
                self.discriminator_loss(inputs, targets(samples), outputs))
        d_optim.update_params(loss)
        del judged['loss']  # is the name of the generator's
        discriminator = unwrapped(self.discriminator).requires_grad_(False)
        with g_optim.optim_context(self.generator):
            loss, made = self.parse_losses(
                self(inputs, samples, mode='loss', outputs=outputs))
        g_optim.update_params(loss)
        discriminator.requires_grad_(True)
        return {**judged, **made}

    def discriminator_loss(self, inputs: Tensor, target: Tensor,
                           outputs: Tensor) -> Dict[str, Tensor]:
        """L_D, without gradient for the generator.

        Args:
            inputs (Tensor): ``(N, M*C, H, W)``.
            target (Tensor): ``(N, C', H, W)``.
            outputs (Tensor): ``(N, (M+1)*C', H, W)`` of the generator.

        Returns:
            dict[str, Tensor]: ``discriminator.loss_real`` and ``_fake``.
        """
        m = len(self.modalities)
        pairs = (target.repeat_interleave(m, dim=0),
                 self._streams(outputs).detach())  # (N*M, C', H, W) each
        real, fake = self.discriminator(
            torch.cat([inputs, inputs]), torch.cat(pairs)).chunk(2)
        # The mean over a batch of N*M, so a sum over M.
        return {
            'discriminator.loss_real': 0.5 * m * bce(real, 1.),
            'discriminator.loss_fake': 0.5 * m * bce(fake, 0.)
        }

    def generator_loss(self, inputs: Tensor, target: Tensor,
                       outputs: Tensor) -> Dict[str, Tensor]:
        """L_G without the sparsity term.

        Args:
            inputs (Tensor): ``(N, M*C, H, W)``.
            target (Tensor): ``(N, C', H, W)``.
            outputs (Tensor): ``(N, (M+1)*C', H, W)`` of the generator.

        Returns:
            dict[str, Tensor]: ``<modality>.loss_gan``, ``<stream>.loss_pixel``
            and, if the generator aligns, ``loss_align``.
        """
        # Not the wrapper: no gradient of the discriminator is wanted.
        logits = unwrapped(self.discriminator)(inputs, self._streams(outputs))
        logits = logits.unflatten(0, (-1, len(self.modalities)))
        losses = {
            f'{modality}.loss_gan': bce(judged, 1.)
            for modality, judged in zip(self.modalities, logits.unbind(1))
        }
        images = outputs.chunk(len(self.streams), dim=1)
        for stream, image in zip(self.streams, images):
            losses[f'{stream}.loss_pixel'] = (
                self.pixel_weight * F.l1_loss(image, target))
        return {**losses, **alignment_losses(self.generator)}

    def predict(self, inputs: Tensor,
                data_samples: List[DataSample]) -> List[DataSample]:
        """Translate.

        Args:
            inputs (Tensor): ``(N, P*C, H, W)`` in [-1, 1].
            data_samples (list[DataSample]): N samples, of the P modalities
                of :attr:`present`.

        Returns:
            list[DataSample]: With ``pred_img``, the ensemble's image, and
            of each modality ``pred_img_<modality>``, that of its stream,
            ``(C', H, W)``, and ``img_<modality>``, the source, ``(C, H, W)``,
            in 0 to 255. Their metainfo names ``modalities`` and ``target``.
        """
        self._check(data_samples, self.present)
        net = unwrapped(self.generator)
        set_present(net, [self.modalities.index(m) for m in self.present])
        try:
            with mode_of(net, self.predict_mode == 'train'), torch.no_grad():
                outputs = net(inputs).to(inputs.dtype)
        finally:
            set_present(net, None)
        sources = [f'img_{modality}' for modality in self.present]
        made = [f'pred_img_{modality}' for modality in self.streams[:-1]
                if modality in self.present]
        # Source and target may differ in channels.
        for images, names in ((inputs, sources),
                              (outputs, [*made, 'pred_img'])):
            images = self.data_preprocessor.destruct(images, data_samples)
            for sample, image in zip(data_samples, images):
                sample.set_data(dict(zip(names, image.chunk(len(names)))))
        for sample in data_samples:
            sample.set_metainfo(
                dict(modalities=self.present, target=self.target))
        return data_samples

    def _check(self, data_samples: List[DataSample],
               modalities: Sequence[str]) -> None:
        """Compare the domains that samples were packed from with the model's.

        Raises:
            ValueError: If they differ, in order too.
        """
        ours = dict(modalities=modalities, target=self.target)
        for sample in data_samples:
            packed = {k: sample.metainfo.get(k, v) for k, v in ours.items()}
            packed['modalities'] = tuple(packed['modalities'])
            if packed != ours:
                raise ValueError(f'the data set gives {packed}, but the model '
                                 f'has {ours}: name the same in both')

    def _streams(self, outputs: Tensor) -> Tensor:
        """``(N, (M+1)*C', H, W)`` to ``(N*M, C', H, W)``, no ensemble."""
        m = len(self.modalities)
        images = outputs.unflatten(1, (len(self.streams), -1))[:, :m]
        return fold(images.flatten(1, 2), m)


def targets(data_samples: List[DataSample]) -> Tensor:
    """``gt_img`` of N samples, ``(N, C', H, W)``."""
    return torch.stack([sample.gt_img for sample in data_samples])


def bce(logits: Tensor, label: float) -> Tensor:
    """Binary cross entropy against one label for all, a scalar."""
    return F.binary_cross_entropy_with_logits(
        logits, torch.full_like(logits, label))
