"""Fill the tables of docs/model_zoo.md and docs/translation.md, and write
model-index.yml.

    python tools/analysis_tools/model_zoo.py

A row is a config, or a config with options: configs/rows.csv names them, with
the heading they stand under and the row and the numbers of the paper. What a
config is, is its first sentence. What was measured comes from
docs/measured.csv, one line a metric of a row with seeds and values between
spaces. Parameters and multiply-adds are counted. The text around the tables
is written by hand.
"""
import argparse
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter).parse_args()
    from cen_mm.analysis.zoo import render
    try:
        pages = render(ROOT / 'configs', ROOT / 'docs')
    except ValueError as error:
        raise SystemExit(str(error))
    for name, text in pages.items():
        (ROOT / name).write_text(text)


if __name__ == '__main__':
    main()
