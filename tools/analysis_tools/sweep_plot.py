"""Plot what sweep.py has measured, as in Figure 13 of the supplement.

    python tools/analysis_tools/sweep_plot.py RESULTS.csv OUT.png

A panel for each varied field: a metric, as the mean over the seeds with a
band of one sample standard deviation to either side; below it, where it was
recorded, the share of exchanged channels. Panels of one metric have one scale.
A dotted line is at the config's own value.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('results', help='results.csv of a sweep')
    parser.add_argument('out', help='picture to write')
    parser.add_argument(
        '--metric', default='', help='such as rgb/mIoU; by default mIoU or '
        'MAE of the ensemble')
    args = parser.parse_args()

    from cen_mm.analysis.compare.sweep_plot import plot_sweep
    try:
        print(plot_sweep(args.results, args.out, args.metric))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
