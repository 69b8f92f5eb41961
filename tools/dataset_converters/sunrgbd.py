"""Convert the official files of SUN RGB-D to images, or verify a folder.

    python tools/dataset_converters/sunrgbd.py --root SUNRGBD \\
        --toolbox SUNRGBDtoolbox --out data/sunrgbd
    python tools/dataset_converters/sunrgbd.py --verify data/sunrgbd
"""
import argparse
import sys


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--verify', metavar='DIR', help='folder to check')
    parser.add_argument('--root', help='folder SUNRGBD')
    parser.add_argument('--toolbox', help='folder SUNRGBDtoolbox')
    parser.add_argument('--out', metavar='DIR', help='folder to write')
    inputs = vars(parser.parse_args())
    root = inputs.pop('verify')
    if any(inputs.values()) if root else not all(inputs.values()):
        parser.error('give either --verify or all of --root, --toolbox and '
                     '--out')
    from cen_mm.converters.datasets import sunrgbd
    if root:
        report = sunrgbd.TREE.verify(root)
        print(report)
        sys.exit(bool(report.problems))
    try:
        sunrgbd.convert(**inputs)
    except (ImportError, OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    print('wrote {0}; check it with --verify {0}'.format(inputs['out']))


if __name__ == '__main__':
    main()
