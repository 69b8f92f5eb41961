"""Tools as they are called from a command line, in this process."""
import pytest
from conftest import load_tool


@pytest.fixture
def run_tool(monkeypatch, capsys):
    """Run a tool of tools/analysis_tools, hand back what it printed."""

    def call(name, *args):
        monkeypatch.setattr('sys.argv', [f'{name}.py', *map(str, args)])
        load_tool(f'analysis_tools/{name}.py').main()
        return capsys.readouterr().out

    return call
