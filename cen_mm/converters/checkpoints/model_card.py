"""The part of a model card that files tell."""
from typing import Sequence

GAP = 'TO BE WRITTEN'  # what only people know
CARD = '''# {name}

{gap}: what it is, the data and the recipe of its training, and for what it
may be used.

    python tools/infer.py --pretrained {name} {flags} --out OUT

| | |
|---|---|
| parameters | {parameters:,}; {mib:.1f} MiB, convolutions in half precision |
| size | images are brought to {width} x {height}, proportions stay; labels have the size of the input |
{inputs}
| classes | {count}: {classes} |
| licence | {licence} |

## Metrics

{gap}: those of

    python tools/test.py cen_mm/weights/{name}.py {name}
'''  # noqa: E501


def model_card(name: str, modalities: Sequence[str], parameters: int,
               size: int, scale: Sequence[int], about: dict,
               licence: Sequence[str]) -> str:
    """Begin a model card.

    Args:
        name (str): Of the weights.
        modalities (Sequence[str]): Of the model.
        parameters (int): Their number.
        size (int): Of their file, in bytes.
        scale (Sequence[int]): Width and height of the training's images.
        about (dict): ``dataset_meta`` and ``measures`` of the weights.
        licence (Sequence[str]): Lines.

    Returns:
        str: Markdown, with :data:`GAP` where only people know.
    """
    rows = []
    for modality in modalities:
        if modality == 'rgb':
            rows.append('| rgb | colours of 8 bits |')
            continue
        measures = about['measures'][modality]
        low, high = measures['medians']
        unit, said = measures['unit'], 'of no unit'
        if unit is not None:
            low, high, said = low * unit, high * unit, f'{unit:g} m a step'
        rows.append(f'| {modality} | {said}; the median of a training image '
                    f'is {low:.3g} to {high:.3g}{" m" * (unit is not None)} |')
    classes = about['dataset_meta']['classes']
    return CARD.format(
        gap=GAP, name=name, parameters=parameters, mib=size / 2**20,
        width=scale[0], height=scale[1], inputs='\n'.join(rows),
        count=len(classes), classes=', '.join(classes),
        licence='<br>'.join(licence) or GAP,
        flags=' '.join(f'--{m} {m.upper()}' for m in modalities))
