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
Sizes and number of modalities are read from the weights. No entry may be
missing and none left over, on either side.
"""
import argparse


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
    import cen_mm
    from cen_mm.converters.checkpoints import convert_official
    try:
        files = convert_official(**vars(args))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))
    print(f'{files}, nothing left over (cen_mm {cen_mm.__version__})')


if __name__ == '__main__':
    main()
