"""Convert checkpoints of the official CEN code to ours, and back.

    python tools/model_converters/official_cen.py model-best.pth.tar cen.pth
    python tools/model_converters/official_cen.py --reverse cen.pth out.pth.tar

    python tools/model_converters/official_cen.py checkpoint-gen.pkl cen.pth \\
        --discriminator checkpoint-dis.pkl
    python tools/model_converters/official_cen.py --reverse cen.pth \\
        checkpoint-gen.pkl --discriminator checkpoint-dis.pkl

Segmentation: SRC is the official dictionary (``segmenter``, ``epoch_start``,
``best_val``) or a bare state dict, with or without the ``module.`` of
DataParallel. Image translation: two bare state dicts there, one file here.
All sizes and the number of modalities are read off the weights. Nothing may
be missing and nothing may be left over, on either side.
"""
import argparse
from pathlib import Path
from typing import List

import _official_segmentation as segmentation
import _official_translation as translation
import torch
from _checkpoints import read

import cen_mm  # registers the components, admits numpy scalars to torch.load


def convert(contents: List[dict], paths: List[str], two: bool,
            reverse: bool) -> List[dict]:
    """What was read in the other format, file by file.

    Args:
        contents (list[dict]): Of the files.
        paths (list[str]): Their names, for messages.
        two (bool): Whether the official code has two files, as the user
            sees it.
        reverse (bool): From ours to the official ones.
    """
    first, path = contents[0], paths[0]
    if translation.is_translation(first) != two:
        raise SystemExit(
            f'{path} holds no generator of an image translation: leave '
            '--discriminator away, or give checkpoint-gen.pkl first'
            if two else f'{path} is about image translation, for which the '
            'official code has two files: add --discriminator '
            'checkpoint-dis.pkl')
    if not two:
        one = segmentation.to_official if reverse else segmentation.to_ours
        return [one(first, path)]
    if reverse:
        return translation.to_official(first, path)
    return [translation.to_ours(contents, paths)]


def counted(paths: List[str], contents: List[dict]) -> str:
    """The files and how many weights they hold."""
    states = (c.get('segmenter', c.get('state_dict', c)) for c in contents)
    return ', '.join(f'{path}: {len(state)} entries'
                     for path, state in zip(paths, states))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('src', help='checkpoint to convert')
    parser.add_argument('dst', help='file to write')
    parser.add_argument(
        '--discriminator', metavar='FILE', help='the second official file of '
        'an image translation:\nread, or written with --reverse')
    parser.add_argument(
        '--reverse', action='store_true', help='from ours to the official one')
    args = parser.parse_args()
    sources, targets = [args.src], [args.dst]
    second = args.discriminator
    if second is not None:
        if second in sources + targets:
            raise SystemExit(f'{second} is named twice: --discriminator takes '
                             'a file of its own')
        (targets if args.reverse else sources).append(second)
    loaded = [read(path) for path in sources]
    converted = convert(loaded, sources, second is not None, args.reverse)
    for target, content in zip(targets, converted):
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        torch.save(content, target)
    print(f'{counted(sources, loaded)} -> {counted(targets, converted)}, '
          f'nothing left over (cen_mm {cen_mm.__version__})')


if __name__ == '__main__':
    main()
