"""What tools write at their end, and what they say of the code that ran."""
import subprocess

import pytest
from messages import fails

import cen_mm
from cen_mm.analysis.cost import environment
from cen_mm.analysis.files import prepare_file
from cen_mm.analysis.tables import markdown


@pytest.mark.parametrize('tool, args', [
    ('robustness', ['absent.pth', '--out', 'x.csv']),
    ('attraction', ['absent.pth', '--csv', 'x.csv']),
    ('attraction', ['absent.pth', '--out', 'x.png']),
    ('exchange_plot', ['absent', 'x.png']),
    ('gamma_proportions', ['x.png', 'absent']),
    ('gpu_report', ['--out', 'x.md']),
    ('benchmark', ['--json', 'x.json']),
    ('benchmark', ['--deployed', '--json', 'x.json'])])
def test_what_cannot_be_written_is_said_before_the_work(
        tmp_path, monkeypatch, run_tool, tool, args):
    """Before anything is loaded: neither checkpoint nor records are there."""
    monkeypatch.chdir(tmp_path)
    name = next(arg for arg in args if arg.startswith('x.'))
    (tmp_path / name).mkdir()
    with fails(SystemExit, f'{name} is a folder: give the name of a file'):
        run_tool(f'analysis_tools/{tool}.py', *args)


def test_folders_are_made_and_files_stay(tmp_path):
    path = tmp_path / 'new/folder/table.csv'
    prepare_file(path)
    assert path.parent.is_dir() and not path.exists()
    path.write_text('a')
    prepare_file(path)
    assert path.read_text() == 'a'
    with pytest.raises(FileExistsError):
        prepare_file(path / 'below.csv')


def test_the_commit_is_that_of_this_very_file(tmp_path, monkeypatch):
    """Not that of a repository in which the package is merely installed."""
    def git(*args):
        subprocess.run(['git', '-C', tmp_path, '-c', 'user.name=A', '-c',
                        'user.email=a@b', *args], check=True)

    git('init', '-q')
    git('commit', '-q', '--allow-empty', '-m', 'theirs')
    path = tmp_path / 'environment.py'
    path.write_text('')
    monkeypatch.setattr(environment, '__file__', str(path))
    assert environment.commit() == f'cen_mm {cen_mm.__version__}'
    git('add', path.name)
    git('commit', '-q', '-m', 'ours')
    head = subprocess.check_output(
        ['git', '-C', tmp_path, 'rev-parse', 'HEAD'], text=True)
    assert head.startswith(environment.commit())
    path.write_text('changed')
    assert environment.commit().endswith('-dirty')


def test_tables_in_markdown():
    head, rows = ['name', 'ms'], [['a', '12.5'], ['longer', '3']]
    assert markdown(head, rows, ['ms']).splitlines() == [
        '| name | ms |', '| --- | ---: |', '| a | 12.5 |', '| longer | 3 |']
    assert markdown(head, rows, ['ms'], padded=True).splitlines() == [
        '| name   |   ms |', '| ---    | ---: |', '| a      | 12.5 |',
        '| longer |    3 |']
