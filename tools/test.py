"""Test a model: python tools/test.py CONFIG CHECKPOINT [options]."""
import argparse
import os
from pathlib import Path
from pickle import UnpicklingError

# First: it keeps mmengine's runner from importing transformers.
from cen_mm.compat import distribute_without_gpu  # isort: skip
from mmengine.config import Config, DictAction
from mmengine.runner import Runner


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Test a model')
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument(
        '--work-dir', help='where the log and the metrics go; by default '
        'work_dirs/<name of the config>')
    parser.add_argument(
        '--out', help='folder for the predicted label maps of the ensemble')
    parser.add_argument(
        '--show', action='store_true', help='show predictions in a window')
    parser.add_argument('--show-dir', help='folder for painted predictions')
    parser.add_argument(
        '--wait-time', type=float, default=2, help='seconds for each --show')
    parser.add_argument(
        '--tta', action='store_true', help='test-time augmentation')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
        help='override fields of the config')
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none', help='what has started the processes')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args


def main() -> None:
    args = parse_args()
    if not Path(args.checkpoint).is_file():
        raise SystemExit(f'{args.checkpoint} is not there: give the path of '
                         'a checkpoint')
    cfg = Config.fromfile(args.config)
    cfg.merge_from_dict(args.cfg_options or {})
    cfg.launcher = args.launcher
    cfg.work_dir = (args.work_dir or cfg.get('work_dir')
                    or f'work_dirs/{Path(args.config).stem}')
    translates = cfg.get('default_scope') == 'mmagic'
    if translates and (args.show or args.out):
        raise SystemExit(
            f'{args.config} translates images, for which there is no --show '
            'and no --out: draw them into a folder with --show-dir, or write '
            'them with tools/infer.py')
    if args.show or args.show_dir:
        cfg.default_hooks.visualization.update(
            dict(interval=1) if translates else dict(
                draw=True, interval=1, show=args.show,
                wait_time=args.wait_time))
        cfg.visualizer.save_dir = args.show_dir
    if args.tta:
        if 'tta_model' not in cfg or 'tta_pipeline' not in cfg:
            raise SystemExit(f'{args.config} has no tta_model and '
                             'tta_pipeline: add them, or leave --tta out')
        cfg.test_dataloader.dataset.pipeline = cfg.tta_pipeline
        cfg.tta_model.module = cfg.model
        cfg.model = cfg.tta_model
    if args.out:
        cfg.test_evaluator.output_dir = args.out
        cfg.test_evaluator.keep_results = True
    distribute_without_gpu(cfg)
    # Loaded by runner.test(), when hooks such as EMAHook are ready for it.
    cfg.load_from, cfg.resume = args.checkpoint, False
    runner = Runner.from_cfg(cfg)
    load = runner.load_checkpoint

    def load_strictly(checkpoint: str) -> None:
        try:
            # Strict: weights left at random would still give a mIoU.
            load(checkpoint, strict=True)
        except (RuntimeError, ValueError, UnpicklingError) as error:
            raise SystemExit(
                f'{checkpoint} does not fit {args.config}: give a checkpoint '
                'trained with this config; those of the official code go '
                'through tools/model_converters/official_cen.py first.\n'
                f'{error}')

    runner.load_checkpoint = load_strictly
    runner.test()


if __name__ == '__main__':
    main()
