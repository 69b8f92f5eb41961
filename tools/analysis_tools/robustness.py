"""Test trained nets with sensors that are absent or degraded.

    python tools/analysis_tools/robustness.py CHECKPOINT ... --out table.csv

Prints mIoU of every stream and the ensemble, for all subsets of the
modalities, and with holes, darkness, noise, a frame that is stuck and a
shift against the image. A run is called by the folder of its checkpoint.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add('checkpoints', nargs='+', help='checkpoint files')
    add('--config', help='their config; by default the one beside each')
    add('--out', help='CSV to write, with mAcc and aAcc too')
    add('--degrade', nargs='*', metavar='MODALITY:HOW:AMOUNT',
        help='other failures, such as depth:holes:0.3 rgb:dark:0.9\n'
        'rgb:noise:25 depth:shift:4 depth:stuck; nothing for none')
    add('--images', type=int, help='test on the first so many images; by\n'
        'default on the whole test set')
    add('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE',
        help='override fields of the configs')
    args = parser.parse_args()
    from cen_mm.analysis.robustness import measure_robustness
    try:
        print(measure_robustness(**vars(args)))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
