"""Draw inputs, predictions and truth of some images of the test set.

    python tools/analysis_tools/contact_sheet.py CONFIG CHECKPOINT OUT.png
"""
import argparse

from mmengine.config import Config, DictAction

from cen_mm.analysis.runs import Run, Sample, load_run
from cen_mm.analysis.sheet import Group, Panel, draw_sheet
from cen_mm.analysis.style import check_name


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('out', help='picture to write')
    parser.add_argument(
        '--indices', type=int, nargs='+', default=[0, 1, 2, 3],
        help='which images of the test set')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
        help='override fields of the config')
    return parser.parse_args()


def group_of(run: Run, name: str, sample: Sample) -> Group:
    """One line: inputs, streams, ensemble and truth of an image."""
    made = run.predict(sample)
    ensemble = made.pop('ensemble')
    outputs = {f'from {m}': stream for m, stream in made.items()}
    outputs.update({'ensemble': ensemble, 'ground truth': sample.truth})
    panels = [Panel(m, picture) for m, picture in sample.inputs.items()]
    panels += [Panel(k, run.picture(v)) for k, v in outputs.items()]
    return Group(name, [panels])


def main() -> None:
    args = parse_args()
    try:
        check_name(args.out)
        cfg = Config.fromfile(args.config)
        cfg.merge_from_dict(args.cfg_options or {})
        run = load_run(cfg, args.checkpoint)
        for index in args.indices:
            if not 0 <= index < len(run.names):
                raise ValueError(f'--indices {index}: the test set has images '
                                 f'0 to {len(run.names) - 1}')
        samples = [run.load(index) for index in args.indices]
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))
    groups = [
        group_of(run, run.names[index], sample)
        for index, sample in zip(args.indices, samples)
    ]
    draw_sheet(groups, args.out, run.legend(s.truth for s in samples))
    print(f'{args.out}: {len(args.indices)} images')


if __name__ == '__main__':
    main()
