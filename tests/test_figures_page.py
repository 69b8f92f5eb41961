"""docs/figures.md: its pictures, its commands and its program."""
import re
import shlex
from pathlib import Path

import pytest
import torch
from pages import ROOT, blocks

TEXT = (ROOT / 'docs/figures.md').read_text()
COMMANDS = re.findall(r'^ +(python tools/.*)$', TEXT, re.M)
PICTURES = re.findall(r'!\[([^\]]+)\]\(([^)]+)\)', TEXT)


def test_every_picture_is_there_small_and_made_by_a_command():
    shown = {ROOT / 'docs' / path for _, path in PICTURES}
    assert shown == {*(ROOT / 'docs/figures').iterdir()}
    for path in shown:
        assert path.stat().st_size < 300 * 1024, path
        relative = path.relative_to(ROOT).as_posix()
        made = [c for c in COMMANDS if relative in shlex.split(c)]
        report = [c for c in COMMANDS if 'exchange_report' in c]
        assert len(made) == 1 or (report and path.name.startswith('report_'))


@pytest.mark.parametrize('command', COMMANDS)
def test_commands_are_spelled_as_the_tools_are(command):
    _, script, *args = shlex.split(command)
    source = (ROOT / script).read_text()
    for helper in re.findall(r'^from (_\w+) import', source, re.M):
        source += (ROOT / script).with_name(f'{helper}.py').read_text()
    for arg in args:
        if arg.startswith('--'):
            assert f"'{arg}'" in source, arg
        task = re.sub(r'\$\{?task\}?', 'rgb-shade2normal', arg)
        if task.startswith('configs/'):
            assert Path(ROOT / task).is_file(), task


def test_the_proof_of_the_corollary():
    code, = blocks('figures.md', {})
    before, known = torch.get_default_dtype(), {}
    try:
        exec(code, known)
    finally:
        torch.set_default_dtype(before)
    # As the comments say.
    assert f'{known["changed"]:.1f}' == '1.5'
    assert known['error'] < 1e-14
