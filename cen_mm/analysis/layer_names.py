"""Names of layers, as users type and read them."""
import difflib
from typing import Iterable


def find_layer(name: str, layers: Iterable[str]) -> str:
    """The whole name of a layer.

    Args:
        name (str): It, or how it ends: ``layer3.1.bn2`` for
            ``backbone.layer3.1.bn2``.
        layers (Iterable[str]): Those that there are.

    Raises:
        ValueError: If none or several fit; near names are suggested.
    """
    layers = list(layers)
    found = [k for k in layers if k == name] or [
        k for k in layers if k.endswith(f'.{name}')
    ]
    if len(found) == 1:
        return found[0]
    near = found or difflib.get_close_matches(name, layers, n=5, cutoff=0)
    raise ValueError(f'{name!r} is {"several layers" if found else "no layer"}'
                     f' that exchanges channels; near names: '
                     + ', '.join(near))


def short_name(layer: str) -> str:
    """A layer's name for a picture, without the part of the model."""
    return layer.split('.', 1)[-1]
