"""The model zoo: which config, with which options, is which row of the paper,
what it costs and what was measured."""
from .measured import read_measured
from .pages import fill, render, table
from .rows import Row, read_rows

__all__ = ['Row', 'fill', 'read_measured', 'read_rows', 'render', 'table']
