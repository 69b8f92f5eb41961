"""How often gammas are attracted to zero, measured and by Theorem 1.

    python tools/analysis_tools/attraction.py CHECKPOINT --out FIGURE.png

Sends batches of the training set through the network of a run, without
channel exchange and without a step. For each exchanging norm, modality and
channel it counts how often |dL/dgamma| of the task loss stays below the
weight of the penalty, so that zero would attract gamma, and compares that
with the theorem's 2 * Phi(lambda / |dL/dx'|) - 1.

The theorem is about networks trained without exchange: give a run with
threshold=0 in its exchange. Where the statistics of norms are frozen, the
variance of x-hat need not be 1, as the theorem assumes.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('checkpoint', help='checkpoint file')
    add('--config', help='config file; default: the one beside the checkpoint')
    add('--batches', type=int, default=20, help='how many; default: 20')
    add('--cfg-options', nargs='+', metavar='KEY=VALUE',
        help='override fields of the config')
    add('--weight', type=float,
        help="lambda; default: the weight of the config's SparsityHook")
    add('--near', type=float, help="what |gamma| is near zero; default: the "
        "exchange's threshold, or 0.02 if that is 0")
    add('--out', help='picture to write')
    add('--csv', dest='csv_out', help='table of all channels to write')
    args = parser.parse_args()
    from cen_mm.analysis.theorem.measure import measure_attraction
    try:
        print(measure_attraction(**vars(args)))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
