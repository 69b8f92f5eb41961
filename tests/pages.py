"""Runs what the pages of docs/ tell their readers to type."""
import re
import runpy
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[1]


def blocks(page, shorter):
    """The code blocks of a page, in their order.

    Args:
        page (str): Name of a file in ``docs``.
        shorter (dict[str, str]): What to replace, for less work; all of it
            must occur.
    """
    text = (ROOT / 'docs' / page).read_text()
    for old, new in shorter.items():
        assert old in text, f'{page} has no {old} any more'
        text = text.replace(old, new)
    return [code for _, code in re.findall(r'```(\w+)\n(.*?)```', text, re.S)]


def run_commands(block, monkeypatch):
    """Run every ``python ...`` line of a block in this process."""
    for line in block.strip().splitlines():
        python, script, *args = shlex.split(line)
        assert python == 'python'
        tool = script[script.find('tools/'):]
        script = ROOT / tool if 'tools/' in script else Path(script)
        monkeypatch.setattr('sys.argv', [str(script), *args])
        runpy.run_path(str(script), run_name='__main__')


def zoo_rows():
    """The rows of the model zoo's pages: by name, column to cell.

    The first column becomes ``name`` and ``config``, and that of GFLOPs, in
    which the size of the images is named, ``GFLOPs``.
    """
    found, names = {}, ()
    for page in ('model_zoo.md', 'translation.md'):
        for line in (ROOT / 'docs' / page).read_text().splitlines():
            cells = [cell.strip() for cell in line.split('|')[1:-1]]
            link = re.fullmatch(r'\[(.+)\]\(\.\./configs/(.+)\)',
                                cells[0] if cells else '')
            if cells[:1] == ['row']:
                names = [name.split(' at ')[0] for name in cells]
            elif link:
                name, config = link.groups()
                assert name not in found and len(cells) == len(names)
                found[name] = dict(zip(names, cells), name=name, config=config)
    return found
