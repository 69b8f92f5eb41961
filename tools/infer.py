"""Label or translate the images of folders with a trained model.

    python tools/infer.py CONFIG CHECKPOINT --rgb DIR --depth DIR --out DIR

Every modality of the config has a flag of its name: a folder, whose files
are paired by name, or a single file. Written are, for each stream (the
modalities and 'ensemble'),

    OUT/labels/STREAM/NAME.png      class indices, 8 bits
    OUT/overlays/STREAM/NAME.png    their colours over the image

by a model of segmentation, and by one of translation

    OUT/images/STREAM/NAME.png      its translation, 8-bit RGB

With --panels there is one picture a sample, of its inputs, streams and
ensemble with a legend, OUT/panels/NAME.png. A file of tools/export.py needs
neither config nor checkpoint, torch nor OpenMMLab:

    python tools/infer.py --backend onnxruntime MODEL.onnx --rgb DIR ...

Weights that come with cen_mm need neither as well:

    python tools/infer.py --pretrained NAME --rgb a.jpg --depth a.png --out DIR

They know what a step of the depth files was in the training, and warn where
depth cannot be that; --depth-unit 0.001 says that yours has millimetres.

Samples that cannot be read or predicted, or lack a file, are listed at the
end, and the exit code is then 1; all others are done. Linked folders are
followed.
"""
import argparse
import os
import sys
from typing import List

OPTIONS = ('-h', '--help', '--out', '--panels', '--show', '--device',
           '--cfg-options', '--backend', '--pretrained', '--depth-unit')


def parse_args(argv: List[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        usage='%(prog)s (CONFIG CHECKPOINT | --pretrained NAME) --MODALITY '
        'PATH ... --out DIR [--depth-unit METRES] [--panels] [--show] '
        '[--device DEVICE] [--cfg-options KEY=VALUE ...]')
    parser.add_argument(
        'config', nargs='?', help='config file, or an ONNX file')
    parser.add_argument('checkpoint', nargs='?', help='checkpoint file')
    parser.add_argument(
        '--pretrained', metavar='NAME', help='weights that come with cen_mm, '
        'in the place of CONFIG CHECKPOINT')
    parser.add_argument(
        '--depth-unit', type=float, metavar='METRES', help='what a step of '
        'the depth files is; by default as in the training of the weights')
    parser.add_argument('--backend', default='torch',
                        choices=['torch', 'onnxruntime'])
    parser.add_argument('--out', required=True, help='folder to write to')
    parser.add_argument(
        '--panels', action='store_true',
        help='draw inputs, streams and ensemble of each sample, with a legend')
    parser.add_argument(
        '--show', action='store_true',
        help='of a single sample: draw its panel and open it')
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
    args = parser.parse_intermixed_args(argv)  # flags may come first
    onnx = args.backend == 'onnxruntime'
    needed = 0 if args.pretrained else 1 if onnx else 2
    given = [args.config, args.checkpoint, None]
    if (onnx and args.pretrained) or given.index(None) != needed:
        parser.error('give one of CONFIG CHECKPOINT, --pretrained NAME, and '
                     '--backend onnxruntime MODEL.onnx')
    if onnx and (args.panels or args.show or args.cfg_options
                 or args.depth_unit is not None):
        parser.error('--panels, --show, --cfg-options and --depth-unit are '
                     'for --backend torch alone: an ONNX file has no config')
    args.inputs = {flag[2:]: getattr(args, flag) for flag in modalities}
    args.units = {}
    if args.depth_unit is not None:
        args.units['depth'] = args.depth_unit
        if 'depth' not in args.inputs:
            parser.error('--depth-unit is about the files of --depth, which '
                         'is not given')
    return args


def main() -> None:
    args = parse_args(sys.argv[1:])
    if args.show and any(map(os.path.isdir, args.inputs.values())):
        raise SystemExit('--show is about a single sample: give a file for '
                         'each modality, or --panels for folders')
    try:
        if args.backend == 'onnxruntime':
            from cen_mm.runtime import OnnxInferencer
            inferencer = OnnxInferencer(args.config, args.device)
        else:
            from cen_mm.apis import build_inferencer
            inferencer = build_inferencer(
                args.pretrained or args.config, args.checkpoint, args.device,
                args.cfg_options, args.units)
        panels = None
        if args.panels or args.show:
            from cen_mm.analysis.compare.panel import SamplePanels
            panels = SamplePanels(inferencer, args.out, args.show)
        failures = inferencer.infer_folders(args.inputs, args.out, panels)
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
