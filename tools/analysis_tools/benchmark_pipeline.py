"""Images per second of a training pipeline on one core, step by step.

    python tools/analysis_tools/benchmark_pipeline.py \
        configs/cen/refinenet_r50_nyudv2.py

It renders rooms, whose noisy colours and measured depth are no easier to
decode than photographs, writes them to a temporary folder in the format of
NYUDv2 (8-bit colours, 16-bit depth, labels), and sends them through the
config's training pipeline in one process and one thread. The files are read
over and over, so that the disk is left out, and the time is that of the
processor, so that waiting for a busy one is.

A round is all images once; the figures are medians over the rounds, brackets
hold the slowest and the fastest. A data loader has as many times more as it
has workers on cores of their own.
"""
import argparse
import os


def main() -> None:
    parser = argparse.ArgumentParser(
        description='Images per second of a training pipeline on one core.',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('config', help='config with a train_dataloader')
    parser.add_argument('--images', type=int, default=24, help='in a round')
    parser.add_argument('--rounds', type=int, default=9,
                        help='after one to warm up')
    parser.add_argument('--size', default='480x640', help='rows x columns')
    parser.add_argument('--suffix', default='.png', choices=('.png', '.jpg'),
                        help='of the colour images')
    args = vars(parser.parse_args())

    # One core is what is measured. Before numpy is imported.
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    from cen_mm.analysis.cost.pipeline import benchmark_pipeline
    from cen_mm.apis.config import read_config
    try:
        print(benchmark_pipeline(read_config(args.pop('config')), **args))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
