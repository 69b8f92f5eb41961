"""Train rows of configs/rows.csv for several seeds, as for a table.

    python tools/analysis_tools/train_rows.py nyudv2_lite/ \\
        --seeds 0 1 2 --jobs 2 --work-dir work_dirs/nyudv2_lite

A row is given by its name, or all rows of a folder by that. WORK_DIR holds

    results.csv       one line for each training: metrics of its last
                      validation, share of exchanged channels, seconds
    configs/          what is trained, ROW/seedN.py for each
    ROW/seedN/        train.log, checkpoints, gammas, and confusions.npz of a
                      segmentation, for compare_rows.py

The same command goes on where it was stopped: it resumes what was cut off,
tries again what failed, and skips what is finished; more rows and seeds may
be given, but no other config of a row, nor --cfg-options.
"""
import argparse
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add('rows', nargs='+', help='names of rows or of their folders')
    add('--seeds', type=int, nargs='+', default=[0], help='default: 0')
    add('--jobs', type=int, default=1, help='trainings at a time, which share '
        'the cores unless\nOMP_NUM_THREADS is set; default: 1')
    add('--work-dir', required=True, help='where all of it goes')
    add('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE',
        help='override fields of the configs for all trainings')
    args = parser.parse_args()

    from cen_mm.analysis.compare.processes import supervise
    from cen_mm.analysis.compare.rows import train_rows
    supervise(
        train_rows, args.rows, args.seeds, args.jobs, args.work_dir,
        args.cfg_options, Path(__file__).parents[2] / 'configs')


if __name__ == '__main__':
    main()
