"""Label or translate the images of folders with a trained model.

    python tools/infer.py CONFIG CHECKPOINT --rgb DIR --depth DIR --out DIR

Every modality of the config has a flag of its name: a folder, whose files
are paired by name, or a single file. Written are, for each stream (the
modalities and 'ensemble'),

    OUT/labels/STREAM/NAME.png      class indices, 8 bits
    OUT/overlays/STREAM/NAME.png    their colours over the image

by a model of segmentation, and by one of translation

    OUT/images/STREAM/NAME.png      its translation, 8-bit RGB

A file of tools/export.py needs neither config nor checkpoint:

    python tools/infer.py --backend onnxruntime MODEL.onnx --rgb DIR ...

Files that are broken or lack a partner are listed at the end, and the exit
code is then 1.
"""
import argparse
import sys
from typing import List

OPTIONS = ('-h', '--help', '--out', '--device', '--cfg-options', '--backend')


def parse_args(argv: List[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        usage='%(prog)s CONFIG CHECKPOINT --MODALITY PATH ... --out DIR '
        '[--device DEVICE] [--cfg-options KEY=VALUE ...]')
    parser.add_argument('config', help='config file, or an ONNX file')
    parser.add_argument('checkpoint', nargs='?', help='checkpoint file')
    parser.add_argument('--backend', default='torch',
                        choices=['torch', 'onnxruntime'])
    parser.add_argument('--out', required=True, help='folder to write to')
    parser.add_argument(
        '--device', help="such as 'cpu' or 'cuda:1'; by default a GPU if "
        'there is one')
    parser.add_argument(
        '--cfg-options', nargs='+', default=[], metavar='KEY=VALUE',
        help='override fields of the config')
    # The modalities are in the config, which is read later.
    flags = dict.fromkeys(
        arg.split('=')[0] for arg in argv if arg.startswith('--'))
    modalities = [flag for flag in flags if flag not in OPTIONS]
    for flag in modalities:
        parser.add_argument(flag, dest=flag, metavar='PATH')
    args = parser.parse_args(argv)
    if (args.checkpoint is None) != (args.backend == 'onnxruntime'):
        parser.error('give CONFIG CHECKPOINT, or --backend onnxruntime '
                     'MODEL.onnx')
    args.inputs = {flag[2:]: getattr(args, flag) for flag in modalities}
    return args


def main() -> None:
    args = parse_args(sys.argv[1:])
    from cen_mm.apis import build_inferencer
    from cen_mm.apis.onnx_inferencer import OnnxInferencer
    try:
        inferencer = OnnxInferencer(args.config, args.device) if (
            args.checkpoint is None) else build_inferencer(
                args.config, args.checkpoint, args.device, args.cfg_options)
        failures = inferencer.infer_folders(args.inputs, args.out)
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))
    if failures:
        raise SystemExit('\n'.join([
            '', *failures,
            f'{len(failures)} files were broken or lacked a partner; the rest '
            f'is in {args.out}'
        ]))


if __name__ == '__main__':
    main()
