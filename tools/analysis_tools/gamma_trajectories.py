"""Plot the gammas of a layer over training, and which grow again: Figure 5.

    python tools/analysis_tools/gamma_trajectories.py OUT.png WORK_DIR \
        [WORK_DIR ...] --layer layer3.0.bn2 --modality rgb

Reads what SparsityHook has kept in each WORK_DIR/gammas: a panel a run, a
line a channel. The paper observes that a gamma which comes close to zero can
hardly recover; the titles count those that do. Printed are also how many of
those that close began as the smallest, and how many close in all runs.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('out', metavar='OUT.png', help='picture to write')
    add('work_dirs', metavar='WORK_DIR', nargs='+',
        help='work dirs of trainings, a panel each')
    add('--labels', nargs='+',
        help='what the picture calls them; their names by default')
    add('--layer', required=True, help='such as layer3.0.bn2')
    add('--modality', required=True, help='such as rgb')
    add('--region', choices=('own', 'all'), default='own',
        help='which channels: the part of the modality, which is penalised '
        'by default, or all')
    add('--threshold', type=float,
        help='below which |gamma| has closed; by default that of the exchange '
        'of the runs')
    args = parser.parse_args()
    from cen_mm.analysis.gammas.records import plot_runs
    from cen_mm.analysis.gammas.trajectories import draw_trajectories
    try:
        print(plot_runs(draw_trajectories, **vars(args)))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
