"""Everything that is to be known of a GPU, in one run."""
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Dict

from ..files import prepare_file
from ..tables import markdown
from .environment import environment, pick_device
from .gpu_sections import SECTIONS, TINY, NotRun, Rows, Scale


def gpu_report(out: str, device: str = 'auto', tiny: bool = False) -> str:
    """Write a page and a JSON file about a device.

    A section that fails is reported as such, and the others still run.

    Args:
        out (str): The page, in Markdown; the JSON is written beside it.
        device (str): 'auto', 'cuda' or 'cpu'. Defaults to 'auto'.
        tiny (bool): Small networks and single rounds, to see that it runs.
            Defaults to False.

    Returns:
        str: The page.

    Raises:
        OSError: If a file cannot be written.
        ValueError: If there is no such device.
    """
    page_file, figures = Path(out), Path(out).with_suffix('.json')
    if page_file == figures:
        raise ValueError(f'--out {out} is the name of the figures, which lie '
                         'beside the page: give one such as gpu.md')
    prepare_file(page_file)
    prepare_file(figures)
    device = pick_device(device)
    scale = TINY if tiny else Scale()
    facts = environment(device == 'cuda')
    results: Dict[str, Any] = {}
    lines = ['# What runs on a GPU, and how fast', '',
             *(f'- {k}: {v}' for k, v in facts.items()), f'- scale: {scale}']
    if device == 'cpu':
        lines += ['', '**No GPU was there.** This page shows that the report '
                  'runs; its times say nothing about a GPU, and what asks for '
                  'one is marked as not run.']
    for title, section in SECTIONS.items():
        begin = time.perf_counter()
        print(title, file=sys.stderr)
        try:
            rows = section(device, scale)
        except NotRun as reason:
            rows = [dict(not_run=str(reason))]
        except Exception:  # whatever a new device does wrong
            rows = [dict(failed=traceback.format_exc(limit=-2))]
        results[title] = dict(rows=rows,
                              seconds=time.perf_counter() - begin)
        lines += ['', f'## {title}', '', _table(rows)]
    page = '\n'.join(lines) + '\n'
    page_file.write_text(page)
    figures.write_text(json.dumps(
        dict(environment=facts, sections=results), indent=2))
    return page


def _table(rows: Rows) -> str:
    if 'failed' in rows[0]:
        return f'**Failed:**\n\n```\n{rows[0]["failed"].strip()}\n```'
    if 'not_run' in rows[0]:
        return f'Not run: {rows[0]["not_run"]}.'
    return markdown(list(rows[0]), [list(map(str, row.values()))
                                    for row in rows])
