"""Files of rows."""
import pytest
from tables import read_csv

from cen_mm.analysis.tables import write_csv


def test_columns(tmp_path):
    path = tmp_path / 'a.csv'
    write_csv(path, [dict(b=1, a='x,y'), dict(b=2, a=None)])
    assert path.read_bytes() == b'b,a\r\n1,"x,y"\r\n2,\r\n'
    write_csv(path, [dict(a=1, c=2), dict(b=3)], ['b', 'a'])
    assert read_csv(path) == [dict(b='', a='1'), dict(b='3', a='')]
    write_csv(path, [], ['b', 'a'])
    assert path.read_text() == 'b,a\n'


def test_a_table_is_there_whole_or_not_at_all(tmp_path):

    class Unwritable:

        def __str__(self):
            raise KeyboardInterrupt

    path = tmp_path / 'a.csv'
    write_csv(path, [dict(a=1)])
    with pytest.raises(KeyboardInterrupt):
        write_csv(path, [dict(a=2), dict(a=Unwritable())])
    assert read_csv(path) == [dict(a='1')]
    assert list(tmp_path.iterdir()) == [path]
