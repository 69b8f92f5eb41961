"""Everything that is to be known of a GPU, in one run."""
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Dict, List

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
        ValueError: If there is no such device.
    """
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
        lines += ['', f'## {title}', '', *_table(rows)]
    page = '\n'.join(lines) + '\n'
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    Path(out).write_text(page)
    Path(out).with_suffix('.json').write_text(json.dumps(
        dict(environment=facts, sections=results), indent=2))
    return page


def _table(rows: Rows) -> List[str]:
    if 'failed' in rows[0]:
        return ['**Failed:**', '', '```', rows[0]['failed'].strip(), '```']
    if 'not_run' in rows[0]:
        return [f'Not run: {rows[0]["not_run"]}.']
    lines = [list(rows[0]), ['---'] * len(rows[0])]
    lines += [[str(value) for value in row.values()] for row in rows]
    return [f'| {" | ".join(line)} |' for line in lines]
