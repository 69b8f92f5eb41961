"""Write a page about everything that cen_mm does on this machine's GPU.

    python tools/analysis_tools/gpu_report.py --out docs/gpu.md

Tests, graph breaks, forms of the exchange, RefineNet-101 at 500 x 500 and
U-Net-256 (folded, loop and floor; fp32, bf16, fp16; channels_last; compiled),
the longest kernels, synchronised norms, losses on GPU and CPU, and networks
that ship. The figures are written as JSON beside the page. A section that
fails is reported as such, and the others still run.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('--out', required=True, help='page to write, such as docs/gpu.md')
    add('--device', default='auto', choices=['auto', 'cpu', 'cuda'])
    add('--tiny', action='store_true', help='small networks, single rounds: '
        'to see that it runs')
    args = parser.parse_args()

    from cen_mm.analysis.cost.gpu_report import gpu_report
    try:
        print(gpu_report(**vars(args)))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
