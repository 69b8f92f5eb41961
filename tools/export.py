"""Write a trained model as one ONNX file.

    python tools/export.py CONFIG CHECKPOINT --out model.onnx --dynamic
    python tools/export.py CONFIG CHECKPOINT --out model.onnx --size 480 640 \\
        --streams ensemble --preprocess

The file has one input, 'inputs', (N, M*C, H, W), the modalities behind each
other, and one output a stream: logits in the size of the input, or images.
Classes, modalities, mean, std, types of the files and the sizes that the test
pipeline makes of them stand in its metadata, under the key 'cen_mm', as JSON.
It is written once onnxruntime gives what torch gives. What else a test
pipeline or test_cfg do, such as to slide, is refused by name.

Private norms are folded into convolutions and the exchange into the choice of
their channels, see cen_mm.deploy. Dropout of a translation is left out. Needs
the extra deploy: pip install -e .[deploy]

    python tools/infer.py --backend onnxruntime model.onnx --rgb DIR \\
        --depth DIR --out DIR

runs it.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('config', help='config file')
    add('checkpoint', help='checkpoint file')
    add('--out', required=True, help='file to write')
    add('--streams', nargs='+', metavar='STREAM',
        help="modalities and 'ensemble' to give out (default: all)")
    sizes = parser.add_mutually_exclusive_group(required=True)
    sizes.add_argument('--size', nargs=2, type=int, metavar=('H', 'W'),
                       help='of the input, behind Resize of the test pipeline,'
                       ' one sample at a time')
    sizes.add_argument('--dynamic', action='store_true',
                       help='any number of samples of any size')
    add('--preprocess', action='store_true', help='take images in the units '
        'of their files (RGB of 0 to 255, depth as stored) instead of '
        'normalised ones, and translate to 0 to 255')
    add('--naive', action='store_true',
        help='export the folded network as it is')
    add('--legacy', action='store_true', help="torch's older exporter")
    add('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE',
        help='override fields of the config')
    args = vars(parser.parse_args())
    del args['dynamic']

    from cen_mm.apis.export import export
    try:
        print(*export(**args), sep='\n')
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
