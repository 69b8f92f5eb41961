"""Write trained weights in half precision, to come with cen_mm.

    python tools/model_converters/publish.py CONFIG CHECKPOINT NAME \\
        --scale 156 117 --depth-unit 0.0002 --licence "weights: Apache-2.0"

Written to cen_mm/weights are NAME.safetensors, their config NAME.py, what
they predict on a generated sample (NAME.json, which a test compares), and
where there is none a model card, NAME.md, to be completed by hand. The
training set of the config is read for the range of its depth. See
cen_mm/pretrained.py.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('config')
    parser.add_argument('checkpoint')
    parser.add_argument('name', help='by which they are loaded')
    parser.add_argument('--scale', type=int, nargs=2, required=True,
                        metavar=('W', 'H'), help='size of the training images')
    parser.add_argument('--depth-unit', type=float, metavar='METRES',
                        help='what a step of the depth files is')
    parser.add_argument('--licence', nargs='+', default=[], metavar='LINE',
                        help='lines for the model card')
    args = vars(parser.parse_args())
    unit = args.pop('depth_unit')
    from cen_mm.converters.checkpoints.publish import publish
    try:
        print(*publish(**args, units={} if unit is None else {'depth': unit}),
              sep='\n')
    except (ImportError, OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
