"""Train a model: python tools/train.py CONFIG [options]."""
import argparse
import os


def main() -> None:
    parser = argparse.ArgumentParser(description='Train a model')
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--work-dir', help='where logs and checkpoints go; by default '
        'work_dirs/<name of the config>')
    parser.add_argument(
        '--resume', action='store_true',
        help='continue from the latest checkpoint in the work dir')
    parser.add_argument(
        '--amp', action='store_true', help='automatic mixed precision')
    parser.add_argument(
        '--auto-scale-lr', action='store_true',
        help='scale the learning rates with the total batch size')
    parser.add_argument(
        '--cfg-options', nargs='+', default=[], metavar='KEY=VALUE',
        help='override fields of the config, e.g. randomness.seed=1')
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none', help='what has started the processes')
    parser.add_argument('--local_rank', '--local-rank', default='0')
    args = vars(parser.parse_args())
    os.environ.setdefault('LOCAL_RANK', args.pop('local_rank'))
    from cen_mm.apis.config import UsageError
    from cen_mm.apis.train import train
    try:
        train(**args)
    except (FloatingPointError, UsageError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
