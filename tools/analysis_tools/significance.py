"""Compare two runs by a paired bootstrap over test images and seeds.

    python tools/analysis_tools/significance.py RUN_A RUN_B

A run is a confusions.npz, which a test or a training writes with

    --cfg-options val_evaluator.save_confusions=FOLDER/confusions.npz

(of a test: test_evaluator...), or a folder below which one lies for each
seed. Prints how many seeds each has, mIoU of each stream, and the difference
with its 95 % interval.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('run_a')
    parser.add_argument('run_b')
    parser.add_argument(
        '--resamples', type=int, default=1000, help='default: 1000')
    args = parser.parse_args()

    from cen_mm.analysis.compare.significance import compare_runs
    try:
        found = compare_runs(args.run_a, args.run_b, args.resamples)
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))
    seeds = next(iter(found.values())).seeds
    print(f'{args.run_a} (seeds: {seeds[0]}) - '
          f'{args.run_b} (seeds: {seeds[1]}), mIoU')
    for stream, d in found.items():
        print(f'{stream}: {d.a:.2f} - {d.b:.2f} = {d.a - d.b:+.2f} '
              f'[{d.low:+.2f}, {d.high:+.2f}]')


if __name__ == '__main__':
    main()
