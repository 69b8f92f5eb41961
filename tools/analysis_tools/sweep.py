"""Train a config for several values of its fields, one field at a time.

    python tools/analysis_tools/sweep.py CONFIG \\
        --vary default_hooks.sparsity.weight=1e-4,1e-3,1e-2 \\
        --vary model.exchange.threshold=1e-3,1e-2,1e-1 \\
        --seeds 0 1 2 --work-dir work_dirs/sweep

All other fields keep the config's own values, as --cfg-options has changed
them. Where a field's own value is among the given ones, that point belongs to
every field's curve, and is trained once. WORK_DIR holds

    results.csv     one line for each point of a curve, for sweep_plot.py
    configs/        what is trained, NAME.py for each
    NAME/           a training with train.log, logs and gammas, and
                    confusions.npz of a segmentation, for significance.py

The same command goes on where it was stopped: it resumes what was cut off,
tries again what failed, and skips what is finished; more values and seeds may
be given, but no other config or --cfg-options. Checkpoints serve to resume
only: two are kept, and none of a finished training.

In results.csv "config_value" is the config's own value, "exchanged" the last
recorded share of exchanged channels (mean over layers and modalities), and
"seconds" the duration, empty where a training was resumed.
"""
import argparse
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add('config', help='config file')
    add('--vary', required=True, action='append', metavar='KEY=V1,V2',
        help='a field of the config and its values; may be given again')
    add('--seeds', type=int, nargs='+', default=[0], help='default: 0')
    add('--jobs', type=int, default=1, help='trainings at a time, which share '
        'the cores unless\nOMP_NUM_THREADS is set; default: 1')
    add('--work-dir', required=True, help='where all of it goes')
    add('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE',
        help='override fields of the config for all trainings')
    args = parser.parse_args()

    from cen_mm.analysis.compare.processes import supervise
    from cen_mm.analysis.compare.sweep import run_sweep
    supervise(
        run_sweep, args.config, args.vary, args.seeds, args.jobs,
        args.work_dir, args.cfg_options,
        str(Path(__file__).parents[1] / 'train.py'))


if __name__ == '__main__':
    main()
