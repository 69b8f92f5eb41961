"""Render the demo data set.

    python tools/dataset_converters/rooms.py --out data/rooms

It writes ``<domain>/<stem>.png`` for every domain, ``train.txt`` and
``val.txt`` with one stem a line, and ``rooms.json``, the settings of the
renderer. An interrupted run is resumed.
"""
import argparse
import os
import sys


def main() -> None:
    parser = argparse.ArgumentParser(
        description='Render the demo data set of rooms.',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('--out', default='data/rooms', help='folder to write')
    parser.add_argument('--train', type=int, default=800,
                        help='number of images in train.txt')
    parser.add_argument('--val', type=int, default=200,
                        help='number of images in val.txt')
    parser.add_argument('--height', type=int, default=96, help='rows')
    parser.add_argument('--width', type=int, default=128, help='columns')
    parser.add_argument('--seed', type=int, default=0,
                        help='another seed gives other rooms')
    parser.add_argument('--domains', nargs='+', metavar='DOMAIN',
                        default=argparse.SUPPRESS,
                        help='folders to write; all of them by default')
    parser.add_argument('--workers', type=int, default=os.cpu_count(),
                        help='processes')
    parser.add_argument('--overwrite', action='store_true',
                        help='replace images that were made otherwise')
    args = vars(parser.parse_args())
    # The workers are all the parallelism there is. Before numpy is imported.
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    from cen_mm.converters.datasets.rooms import convert
    counts = {split: args.pop(split) for split in ('train', 'val')}
    try:
        count = convert(counts=counts, **args)
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    print(f'rendered {count} rooms into {args["out"]}')


if __name__ == '__main__':
    main()
