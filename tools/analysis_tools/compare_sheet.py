"""Draw the predictions of several runs for the same images, beside the truth.

    python tools/analysis_tools/compare_sheet.py OUT.png \\
        --run concat work_dirs/concat/epoch_5.pth \\
        --run CEN work_dirs/cen/epoch_5.pth

The sheets of Figures 6 to 10: all predictions and the truth, below them the
inputs of the models and the streams of the last run. Images are picked by
--pick, or named by --names. No way of picking asks which run is right, so
nothing is picked because it flatters one: disagreement (the default) takes
those whose predictions differ most from each other, dark and bright those
with the least and the most light. Even so they are extremes: the scores of
the shown images are printed, beside the mean over all where all were looked
at. White frames mark where the predictions differ most from each other.
"""
import argparse


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('out', help='picture to write')
    add('--run', nargs=2, action='append', required=True,
        metavar=('NAME', 'CHECKPOINT'),
        help='give two or more; inputs of all, streams of the last are shown')
    add('--config', nargs=2, action='append', default=[],
        metavar=('NAME', 'CONFIG'),
        help='config of a run, where none lies beside its checkpoint')
    add('--images', type=int, default=3, help='how many to pick (default: 3)')
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        '--pick', choices=('disagreement', 'dark', 'bright'),
        default='disagreement', help='how (default: disagreement)')
    which.add_argument('--names', nargs='+', default=[],
                       help='images to show, as the data set names them')
    add('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE',
        help='override fields of all configs')
    args = parser.parse_args()
    if not args.out.endswith('.png'):
        raise SystemExit(f'{args.out}: the name of the sheet must end in .png')
    if args.images < 1:
        raise SystemExit(f'--images {args.images}: show one image or more')
    return args


def main() -> None:
    args = parse_args()
    from cen_mm.analysis.compare.compare_sheet import compare_sheet
    from cen_mm.analysis.compare.run import load_runs
    try:
        runs = load_runs(args.run, dict(args.config), args.cfg_options)
        print(compare_sheet(
            runs, args.out, args.pick, args.images, args.names))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
