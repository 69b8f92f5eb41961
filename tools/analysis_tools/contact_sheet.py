"""Draw inputs, predictions and truth of some images of the test set.

    python tools/analysis_tools/contact_sheet.py CONFIG CHECKPOINT OUT.png
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('out', help='picture to write')
    parser.add_argument(
        '--indices', type=int, nargs='+', default=[0, 1, 2, 3],
        help='which images of the test set')
    parser.add_argument(
        '--cfg-options', nargs='+', default=[], metavar='KEY=VALUE',
        help='override fields of the config')
    args = parser.parse_args()

    from cen_mm.analysis.compare.contact_sheet import contact_sheet
    from cen_mm.apis.config import read_config
    try:
        contact_sheet(
            read_config(args.config, args.cfg_options), args.checkpoint,
            args.out, args.indices)
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))
    print(f'{args.out}: {len(args.indices)} images')


if __name__ == '__main__':
    main()
