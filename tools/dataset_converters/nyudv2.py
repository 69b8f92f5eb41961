"""Convert the official files of NYU Depth v2 to images, or verify a folder.

    python tools/dataset_converters/nyudv2.py --mat nyu_depth_v2_labeled.mat \\
        --splits splits.mat --classes classMapping40.mat --out data/nyudv2
    python tools/dataset_converters/nyudv2.py --verify data/nyudv2

With --divide 4 --out data/nyudv2_quarter it writes what configs/nyudv2_lite
reads, but for concat_half.py: --divide 2 --out data/nyudv2_half.
"""
import argparse
import sys


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--verify', metavar='DIR', help='folder to check')
    parser.add_argument('--mat', help='nyu_depth_v2_labeled.mat')
    parser.add_argument('--splits', help='splits.mat')
    parser.add_argument('--classes', help='classMapping40.mat')
    parser.add_argument('--out', metavar='DIR', help='folder to write')
    parser.add_argument('--divide', type=int, choices=(1, 2, 4), default=1,
                        help='write half or a quarter of the size: colours '
                        'averaged, depth and labels by nearest neighbour')
    inputs = vars(parser.parse_args())
    root, divide = inputs.pop('verify'), inputs.pop('divide')
    if any(inputs.values()) if root else not all(inputs.values()):
        parser.error('give either --verify or all of --mat, --splits, '
                     '--classes and --out')
    from cen_mm.converters.datasets import nyudv2
    try:
        if root:
            report = nyudv2.verify(root)
            print(report)
            sys.exit(bool(report.problems))
        nyudv2.convert(**inputs, divide=divide)
    except (ImportError, OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    print('wrote {0}; check it with --verify {0}'.format(inputs['out']))


if __name__ == '__main__':
    main()
