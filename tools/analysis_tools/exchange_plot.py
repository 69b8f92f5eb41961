"""Plot the share of exchanged channels, by layer and over training.

    python tools/analysis_tools/exchange_plot.py WORK_DIR OUT.png

Reads what SparsityHook has kept in WORK_DIR/gammas.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('work_dir', help='work dir of a training')
    parser.add_argument('out', help='picture to write')
    args = parser.parse_args()
    from cen_mm.analysis.gammas.shares import plot_shares
    try:
        print(plot_shares(**vars(args)))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
