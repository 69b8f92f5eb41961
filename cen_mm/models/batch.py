"""Checks of the batch that a segmentor's parts see."""
from contextlib import contextmanager
from typing import Iterator, Sequence

from torch import Tensor, nn


def check_maps(backbone: nn.Module, maps: Sequence[Tensor], folded: int,
               expected: int) -> None:
    """Reject a backbone that mixes or splits the samples of a folded batch.

    Args:
        backbone (nn.Module): Which has made the maps.
        maps (Sequence[Tensor]): ``(expected, C_i, H_i, W_i)``.
        folded (int): Images in the folded batch.
        expected (int): Maps that it should make of them.

    Raises:
        ValueError: If there are more or fewer maps.
    """
    for found in maps:
        if len(found) != expected:
            raise ValueError(
                f'{type(backbone).__name__} makes {len(found)} maps of the '
                f'{folded} images of a folded batch: it mixes or splits its '
                'samples, so the modalities cannot ride its batch axis; use '
                'a backbone that gives one map an image')


@contextmanager
def explain_small_batch(images: int) -> Iterator[None]:
    """Say what to do where a batch norm sees one value a channel.

    Args:
        images (int): N.

    Raises:
        ValueError: In the place of torch's, which names no config field.
    """
    try:
        yield
    except ValueError as error:
        if 'more than 1 value per channel' not in str(error):
            raise
        raise ValueError(
            f'a batch of {images} image(s) is too small for a batch norm '
            'behind a pooling, which has no statistics of a single value: set '
            'train_dataloader.batch_size to 2 or more and train_dataloader.'
            'drop_last=True, or take norms without statistics of the batch, '
            "such as norm_cfg=dict(type='GN', num_groups=32)") from error
