"""What a backbone does to an image, seen on a small one."""
import torch
from torch import Tensor, nn


def run_small_image(backbone: nn.Module, batch: int, channels: int) -> Tensor:
    """Run a backbone on black images, in evaluation mode, for its hooks.

    Args:
        backbone (nn.Module): With hooks; its mode stays as it is.
        batch (int): How many images.
        channels (int): Of an image.

    Returns:
        Tensor: The images, ``(batch, channels, 64, 64)``.
    """
    training = backbone.training
    weight = next(backbone.parameters())
    images = weight.new_zeros(batch, channels, 64, 64)
    try:
        with torch.no_grad():
            backbone.eval()
            backbone(images)
    finally:
        backbone.train(training)
    return images
