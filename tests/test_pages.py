"""README.md and docs/: their commands, paths and links."""
import re
import subprocess

import pytest
from pages import ROOT

PAGES = [ROOT / 'README.md', *sorted((ROOT / 'docs').glob('*.md'))]
TOOL = re.compile(
    r'^ +(?:\w+=\S+ )?(?:(?:python|bash) )?(tools/\S+\.(?:py|sh) ?.*)$', re.M)
COMMANDS = [
    pytest.param(line, id=f'{page.stem}-{i}')
    for page in PAGES for i, line in enumerate(TOOL.findall(
        page.read_text().replace('\\\n', ' ')))
]
LOOPS = 'task=rgb-shade2normal; config=cen/refinenet_r18_rooms'
MODALITIES = ('rgb', 'depth', 'reshading', 'edge_texture')  # of infer.py


@pytest.mark.parametrize('command', COMMANDS)
def test_commands_are_spelled_as_the_tools_are(command):
    command = command.partition(' # ')[0]
    # As the shell expands it in the first round of the pages' loops.
    run = subprocess.run(
        ['bash', '-c', f'{LOOPS}; printf "%s\\n" {command}'],
        capture_output=True, text=True, check=True, cwd=ROOT)
    script, *args = run.stdout.splitlines()
    source = (ROOT / script).read_text()
    if 'dist_' in script:  # hands its arguments on
        source += (ROOT / re.sub('dist_(.*)sh', r'\1py', script)).read_text()
    for arg in args:
        if arg.startswith('--'):
            assert f"'{arg}'" in source or (
                script == 'tools/infer.py' and arg[2:] in MODALITIES), arg
        if arg.startswith('configs/') and 'CONFIG' not in arg:
            assert (ROOT / arg).is_file(), arg
    if script == 'tools/train.py':
        assert not args[1:] or args[1].startswith('--'), 'one config a run'


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.stem)
def test_paths_and_links_lead_somewhere(page):
    text = page.read_text()
    named = re.findall(
        r'`((?:configs/\w+|tools|tests|cen_mm)/[\w./-]+\.\w+)`', text)
    links = [link.partition('#')[0] for link in re.findall(
        r'\]\(([^)\s]+)\)', text) if '://' not in link]
    assert not [path for path in named if not (ROOT / path).is_file()]
    assert not [link for link in links if not (page.parent / link).exists()]
