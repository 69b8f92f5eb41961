"""docs/figures.md: its pictures and its program."""
import re
import shlex

import torch
from pages import ROOT, blocks

TEXT = (ROOT / 'docs/figures.md').read_text()
COMMANDS = re.findall(r'^ +(python tools/.*)$', TEXT, re.M)
PICTURES = re.findall(r'!\[[^\]]+\]\(([^)]+)\)', TEXT)


def test_every_picture_is_there_small_and_made_by_a_command():
    assert {ROOT / 'docs' / path for path in PICTURES} == {
        *(ROOT / 'docs/figures').iterdir()}
    for path in PICTURES:
        assert (ROOT / 'docs' / path).stat().st_size < 300 * 1024, path
        made = [c for c in COMMANDS if f'docs/{path}' in shlex.split(c)]
        assert len(made) == 1 or (path.startswith('figures/report_') and any(
            'exchange_report' in c for c in COMMANDS)), path


def test_the_proof_of_the_corollary():
    code, = blocks('figures.md', {})
    before, known = torch.get_default_dtype(), {}
    try:
        exec(code, known)
    finally:
        torch.set_default_dtype(before)
    # As the comments say.
    assert f'the exchange alone: {known["changed"]:.1f}\n' in code
    assert known['error'] < 1e-14
