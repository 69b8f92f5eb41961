"""Tabulate and plot rows that train_rows.py has trained.

    python tools/analysis_tools/compare_rows.py WORK_DIR \\
        --reference nyudv2_lite/two_streams --plot OUT.png

Prints a Markdown table: mIoU of every stream (mean and standard deviation
over the seeds) and, for each reference, the ensemble minus that of the
reference with its 95 % interval, see significance.py. Rows are called by as
much of their names as tells them apart. What still trains does not count.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('work_dir', help='of train_rows.py')
    parser.add_argument(
        '--reference', required=True, action='append', metavar='ROW',
        help='what the others are compared with; may be given again')
    parser.add_argument('--plot', help='picture to write')
    args = parser.parse_args()

    from cen_mm.analysis.compare.rows_table import compare_rows
    try:
        print(compare_rows(args.work_dir, args.reference, args.plot))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
