"""Write trained weights in half precision, to come with cen_mm.

    python tools/model_converters/publish.py CONFIG CHECKPOINT \\
        cen_mm/weights/NAME.safetensors

The config is written beside them. See cen_mm/pretrained.py.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('config')
    parser.add_argument('checkpoint')
    parser.add_argument('dst', help='file to write')
    args = parser.parse_args()
    from cen_mm.converters.checkpoints.publish import publish
    try:
        print(publish(**vars(args)))
    except (ImportError, OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
