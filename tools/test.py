"""Test a model: python tools/test.py CONFIG CHECKPOINT [options]."""
import argparse
import os


def main() -> None:
    parser = argparse.ArgumentParser(description='Test a model')
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file, or the name of '
                        'weights that come with cen_mm')
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
        '--modalities', nargs='+', default=[], help='those that are present; '
        'by default all of the model')
    parser.add_argument(
        '--cfg-options', nargs='+', default=[], metavar='KEY=VALUE',
        help='override fields of the config')
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none', help='what has started the processes')
    parser.add_argument('--local_rank', '--local-rank', default='0')
    args = vars(parser.parse_args())
    os.environ.setdefault('LOCAL_RANK', args.pop('local_rank'))
    from cen_mm.apis.config import UsageError
    from cen_mm.apis.test import test
    try:
        test(**args)
    except UsageError as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
