"""Logits in the size of the image."""
from typing import List, Optional

from mmseg.models.utils import resize
from torch import Size, Tensor


def enlarge(logits: Tensor, batch_img_metas: List[dict],
            test_cfg: Optional[dict], align_corners: bool) -> Tensor:
    """Upsample logits as mmseg's heads do, with a choice of the kernel.

    Args:
        logits (Tensor): ``(N, K, h, w)``.
        batch_img_metas (list[dict]): Meta information of N images.
        test_cfg (dict, optional): ``upsample='bicubic'`` evaluates as the
            official code does. Defaults to 'bilinear', as mmseg does.
        align_corners (bool): Of the interpolation.

    Returns:
        Tensor: ``(N, K, H, W)``, in the size of the (padded) image.
    """
    meta = batch_img_metas[0]
    size = meta['img_shape']
    if not isinstance(size, Size):  # else the window of slide inference
        size = meta.get('pad_shape', size)
    mode = (test_cfg or {}).get('upsample', 'bilinear')
    return resize(logits, size[:2], mode=mode, align_corners=align_corners)
