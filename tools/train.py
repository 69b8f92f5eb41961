"""Train a model: python tools/train.py CONFIG [options]."""
import argparse
import os
from pathlib import Path

# First: it keeps mmengine's runner from importing transformers.
from cen_mm.compat import distribute_without_gpu  # isort: skip
from mmengine.config import Config, DictAction
from mmengine.runner import Runner


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Train a model')
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--work-dir', help='where logs and checkpoints go; by default '
        'work_dirs/<name of the config>')
    parser.add_argument(
        '--resume', action='store_true',
        help='go on from the latest checkpoint in the work dir')
    parser.add_argument(
        '--amp', action='store_true', help='automatic mixed precision')
    parser.add_argument(
        '--auto-scale-lr', action='store_true',
        help='scale the learning rates with the total batch size')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
        help='override fields of the config, e.g. randomness.seed=1')
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none', help='what has started the processes')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args


def optim_wrappers(cfg: Config) -> list:
    """The config's optimiser wrapper, or those of its several networks."""
    wrapper = cfg.optim_wrapper
    if 'optimizer' in wrapper:
        return [wrapper]
    return [value for value in wrapper.values() if isinstance(value, dict)]


def main() -> None:
    args = parse_args()
    cfg = Config.fromfile(args.config)
    cfg.merge_from_dict(args.cfg_options or {})
    cfg.launcher = args.launcher
    cfg.resume = args.resume or cfg.get('resume', False)
    cfg.work_dir = (args.work_dir or cfg.get('work_dir')
                    or f'work_dirs/{Path(args.config).stem}')
    if args.amp:
        for wrapper in optim_wrappers(cfg):
            wrapper.type = 'AmpOptimWrapper'
            wrapper.setdefault('loss_scale', 'dynamic')
    if args.auto_scale_lr:
        if 'base_batch_size' not in cfg.get('auto_scale_lr', {}):
            raise SystemExit(f'{args.config} has no auto_scale_lr='
                             'dict(base_batch_size=...): add it, or leave '
                             '--auto-scale-lr out')
        cfg.auto_scale_lr.enable = True
    distribute_without_gpu(cfg)
    Runner.from_cfg(cfg).train()


if __name__ == '__main__':
    main()
