"""Report what a trained net exchanges, and how much it relies on it.

    python tools/analysis_tools/exchange_report.py CHECKPOINT

Writes layers.csv, one row a layer and modality with the channels that it
replaces, and the page report.html, with its plots as files too, into
exchange_report/ beside the checkpoint; --evaluate tests with single layers
forced, and adds forcing.csv. --out report.html writes the page alone.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('checkpoint', help='checkpoint file')
    add('--config', help='its config; by default the one beside it')
    add('--out', help='folder to write, or a file *.html for the page alone; '
        'by default exchange_report beside the checkpoint')
    add('--images', type=int, default=16, help='how many images of the test '
        'set show what donors give; 0 leaves data out (default: 16)')
    add('--threshold', type=float, help='scales below it count as small, '
        'whatever is replaced; by default the threshold of the exchange')
    add('--evaluate', action='store_true', help='test with the exchange of '
        'single layers forced off, and on')
    add('--eval-images', type=int, help='test on the first so many images; '
        'by default on the whole test set')
    add('--layers', nargs='+', metavar='LAYER', help='layers to force; by '
        'default all that replace a channel')
    add('--cfg-options', nargs='+', metavar='KEY=VALUE',
        help='override fields of the config')
    args = parser.parse_args()
    from cen_mm.analysis.report.report import write_report
    try:
        print(write_report(**vars(args)))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
