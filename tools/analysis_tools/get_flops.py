"""Multiply-adds, parameters and time of a config, for any number of
modalities, whole and by stage.

    python tools/analysis_tools/get_flops.py \\
        configs/cen/refinenet_r101_nyudv2.py --shape 480 640
    python tools/analysis_tools/get_flops.py \\
        configs/translation/cen/shade-texture2rgb_taskonomy.py --latency

The interface of mmseg's tool of that name, and its units: for one sample with
all of its modalities, from its images to what leaves the network, which for a
segmentor are logits before they are enlarged; a multiply-add counts once, and
what counts is as in mmengine's analysis but for some details, see
cen_mm/analysis/cost/multiply_adds.py. Auxiliary heads and the discriminator
only train: the former are left out, the latter's parameters have their own
line.

A stage is a child of backbone, neck, decode head or generator, or of a list
in them; layers that run one after the other are one stage. What is done
between the stages (enlarging, adding, joining maps) has the last row.

--latency adds milliseconds with random weights: the median over the rounds,
quartiles in brackets, and the median share of a round.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add('config', help='config file of a segmentor or of CENPix2Pix')
    add('--shape', type=int, nargs='+', default=[], metavar='SIZE',
        help='height and width, or one number for both; by default what the '
        'config\ntrains on, of translation: tests on')
    add('--latency', action='store_true', help='measure the time, too')
    add('--device', default='auto', choices=['auto', 'cpu', 'cuda'],
        help='for --latency; by default CUDA if it is there')
    add('--batch', type=int, default=1, metavar='N',
        help='samples for --latency (default: 1)')
    add('--rounds', type=int, default=20, help='that count (default: 20)')
    add('--warmup', type=int, default=3, help='rounds before (default: 3)')
    add('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE',
        help='override fields of the config')
    args = vars(parser.parse_args())

    from cen_mm.analysis.cost.complexity_report import complexity_report
    from cen_mm.apis.config import read_config
    try:
        cfg = read_config(args.pop('config'), args.pop('cfg_options'))
        print(complexity_report(cfg, **args))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
