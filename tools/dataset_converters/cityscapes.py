"""Write the training labels of Cityscapes, or verify its folder.

    python tools/dataset_converters/cityscapes.py --root data/cityscapes
    python tools/dataset_converters/cityscapes.py --verify data/cityscapes
"""
import argparse
import sys


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument('--root', metavar='DIR', help='folder to make labels in')
    task.add_argument('--verify', metavar='DIR', help='folder to check')
    args = parser.parse_args()
    from cen_mm.converters.datasets import cityscapes
    if args.verify:
        report = cityscapes.verify(args.verify)
        print(report)
        sys.exit(bool(report.problems))
    try:
        count = cityscapes.convert(args.root)
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    print(f'wrote {count} label maps; check all with --verify {args.root}')


if __name__ == '__main__':
    main()
