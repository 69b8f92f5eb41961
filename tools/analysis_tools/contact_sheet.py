"""Draw inputs, predictions and truth of some images of the test set.

    python tools/analysis_tools/contact_sheet.py CONFIG CHECKPOINT OUT.png
"""
import argparse
from pathlib import Path

from mmengine.config import Config, DictAction
from mmengine.registry import DATASETS

from cen_mm.apis.checkpoint import load_model


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


def main() -> None:
    args = parse_args()
    try:
        cfg = Config.fromfile(args.config)
        cfg.merge_from_dict(args.cfg_options or {})
        model, _ = load_model(cfg, args.checkpoint)
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))
    if cfg.default_scope == 'mmagic':
        from _translation_sheet import write_sheet
    else:
        from _segmentation_sheet import write_sheet
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    write_sheet(model, cfg, dataset, args.indices, args.out)
    print(f'{args.out}: {len(args.indices)} images')


if __name__ == '__main__':
    main()
