"""Plot which modality each channel belongs to, by its gammas.

    python tools/analysis_tools/gamma_proportions.py OUT.png WORK_DIR \
        [WORK_DIR ...] [--labels LABEL ...] [--layer encoder.4.norm]

Figures 11 and 12. Reads the last record that SparsityHook has kept in each
WORK_DIR/gammas. A row a layer, a column a run; each channel of a panel is
shared out among the modalities by the sizes of their gammas. The strip on top
shows whose part the channels are in. Channels that are exchanged in every
modality are hatched.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('out', metavar='OUT.png', help='picture to write')
    add('work_dirs', metavar='WORK_DIR', nargs='+',
        help='work dirs of trainings, a column each')
    add('--labels', nargs='+',
        help='what the picture calls them; their names by default')
    add('--layer', help='such as encoder.4.norm; all layers by default')
    args = parser.parse_args()
    from cen_mm.analysis.gammas.proportions import draw_proportions
    from cen_mm.analysis.gammas.records import plot_runs
    try:
        print(plot_runs(draw_proportions, **vars(args)))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
