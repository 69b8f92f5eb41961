"""Train a config for several values of its fields, one field at a time.

    python tools/analysis_tools/sweep.py CONFIG \\
        --vary default_hooks.sparsity.weight=1e-4,1e-3,1e-2 \\
        --vary model.backbone.exchange.threshold=1e-3,1e-2,1e-1 \\
        --seeds 0 1 2 --work-dir work_dirs/sweep

All other fields keep the config's own values, as --cfg-options has changed
them. Where a field's own value is among the given ones, that point belongs to
every field's curve, and is trained once. WORK_DIR holds

    results.csv     one line for each point of a curve, for sweep_plot.py
    CONFIG.py       what is trained, with --cfg-options
    NAME/           a training with train.log, logs and gammas

The same command goes on where it was stopped: it resumes what was cut off,
tries again what failed, and skips what is finished; more values and seeds may
be given. Checkpoints serve to resume only: two are kept, and none of a
finished training.

In results.csv "own" is the config's own value, "exchanged" the last recorded
share of exchanged channels (mean over layers and modalities), and "seconds"
the duration, empty where a training was resumed.
"""
import argparse
import signal
import sys
from pathlib import Path
from typing import Any, Dict

from _sweep_folder import Sweep
from _sweep_points import read_vary
from _sweep_runs import cut_off, locked, run_all
from mmengine.config import Config, DictAction
from tqdm import tqdm


def train(sweep: Sweep, jobs: int, lock: int) -> Dict[str, str]:
    """Train what is not finished.

    Args:
        sweep (Sweep): What to train, and where.
        jobs (int): How many at a time.
        lock (int): A file descriptor that the trainings keep open.

    Returns:
        dict[str, str]: Why those that failed did, by name.
    """
    commands = {
        name: sweep.command(point)
        for name, point in sweep.points.items() if not sweep.finished(name)
    }
    resumed = {name for name in commands if cut_off(sweep.root / name)}
    finished = len(sweep.points) - len(commands)
    failed = {}
    print(f'{len(sweep.points)} trainings: {finished} are finished, '
          f'{len(resumed)} go on, {len(commands) - len(resumed)} start, '
          f'{jobs} at a time, in {sweep.root}')
    sweep.write_csv()
    with tqdm(
            total=len(sweep.points), initial=finished, unit='training',
            disable=None) as bar:

        def done(name: str, status: int, seconds: float) -> None:
            try:
                line = describe(
                    sweep.finish(sweep.points[name], status,
                                 None if name in resumed else seconds))
                sweep.write_csv()
            except ValueError as error:
                failed[name] = line = f'failed: {error}'
            bar.write(f'{name}: {line}', file=sys.stdout)
            bar.update()

        run_all(commands, sweep.root, jobs, done, lock)
    return failed


def describe(result: Dict[str, Any]) -> str:
    """A result in a short line: the metrics of the ensemble."""
    words = [
        f'{k} {v:.4g}' for k, v in result['metrics'].items() if '/' not in k
    ]
    if result['exchanged'] is not None:
        words.append(f'{result["exchanged"]:.1%} exchanged')
    return ', '.join(words)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add('config', help='config file')
    add('--vary', required=True, action='append', metavar='KEY=V1,V2',
        help='a field of the config and its values; may be given again')
    add('--seeds', type=int, nargs='+', default=[0], help='default: 0')
    add('--jobs', type=int, default=1,
        help='trainings at a time, which share the cores unless\n'
        'OMP_NUM_THREADS is set; default: 1')
    add('--work-dir', required=True, type=Path, help='where all of it goes')
    add('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
        help='override fields of the config for all trainings')
    return parser.parse_args()


def open_sweep(args: argparse.Namespace) -> Sweep:
    """Check all that was given before anything is trained."""
    if not Path(args.config).is_file():
        raise ValueError(f'{args.config} is not there: give a config file')
    if args.jobs < 1:
        raise ValueError('--jobs must be at least 1')
    if len({*args.seeds}) < len(args.seeds):
        raise ValueError(f'--seeds {args.seeds} has a seed twice')
    vary: Dict[str, list] = {}
    for text in args.vary:
        read = read_vary(text)
        if read.keys() & vary:
            raise ValueError(f'--vary names {next(iter(read))} twice: give '
                             'all of its values at once')
        vary.update(read)
    cfg = Config.fromfile(args.config, import_custom_modules=False)
    cfg.merge_from_dict(args.cfg_options or {})
    for field, why in (('train_cfg', 'which says how long to train'),
                       ('val_evaluator', 'whose metrics a sweep compares')):
        if not cfg.get(field):
            raise ValueError(f'{args.config} has no {field}, {why}')
    if 'LocalVisBackend' not in str(cfg.get('visualizer')):
        raise ValueError(
            f'{args.config} has no LocalVisBackend in visualizer.vis_backends,'
            ' whose log a sweep reads: add dict(type="LocalVisBackend")')
    return Sweep(args.work_dir, cfg, args.config, vary, args.seeds)


def main() -> None:
    args = parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # a log is read meanwhile
    # kill ends the trainings, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sweep = open_sweep(args)
        with locked(sweep.root) as lock:
            sweep.freeze()
            failed = train(sweep, args.jobs, lock)
    except (ValueError, OSError) as error:
        raise SystemExit(str(error))
    except KeyboardInterrupt:
        print('stopped; the same command goes on from here')
        raise SystemExit(130)
    print(f'{sweep.root / "results.csv"}: {len(sweep.points)} trainings, '
          f'{len(failed)} failed')
    for name, reason in failed.items():
        print(f'{name}: {reason}, see {sweep.root / name / "train.log"}')
    if failed:
        raise SystemExit(1)


if __name__ == '__main__':
    main()
