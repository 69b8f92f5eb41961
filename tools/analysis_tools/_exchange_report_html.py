"""The report as one HTML page that asks for nothing else."""
import base64
from html import escape
from string import Template
from typing import Dict, List, Sequence, Tuple

from _exchange_report_tables import Table

PAGE = Template('''<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$title</title>
<style>
body { max-width: 1000px; margin: 2em auto; padding: 0 1em; color: #222;
  background: #fff; font: 15px/1.5 sans-serif }
h1 { font-size: 1.5em } h2 { font-size: 1.2em; margin-top: 2em }
table { border-collapse: collapse; font-size: 13px }
th, td { padding: .2em .6em; text-align: right; vertical-align: bottom }
th { border-bottom: 2px solid #222 } td { border-bottom: 1px solid #ddd }
.name { text-align: left }
.scroll { overflow-x: auto }
dl { font-size: 13px } dt { font-weight: bold; float: left; clear: left;
  margin-right: .6em } dd { margin-left: 0 }
img { max-width: 100%; display: block }
</style>
</head>
<body>
<h1>$title</h1>
$body
</body>
</html>
''')


class Page:
    """A page that grows from top to bottom.

    Args:
        title (str): Its title.

    Attributes:
        pictures (dict[str, bytes]): PNG files by name, which are in it.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.parts: List[str] = []
        self.pictures: Dict[str, bytes] = {}

    def heading(self, text: str) -> None:
        """Begin a section."""
        self.parts.append(f'<h2>{escape(text)}</h2>')

    def paragraph(self, text: str) -> None:
        """Plain text."""
        self.parts.append(f'<p>{escape(text)}</p>')

    def facts(self, pairs: Sequence[Tuple[str, str]]) -> None:
        """Names and values."""
        rows = ''.join(
            f'<tr><td class="name">{escape(name)}</td>'
            f'<td class="name">{escape(value)}</td></tr>\n'
            for name, value in pairs)
        self.parts.append(f'<table>\n{rows}</table>')

    def meanings(self, table: Table) -> None:
        """What the columns of a table say."""
        lines = ''.join(f'<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>\n'
                        for name, meaning in table.columns)
        self.parts.append(f'<dl>\n{lines}</dl>')

    def table(self, table: Table) -> None:
        """Names to the left, numbers to the right."""

        def line(cells: Sequence[str], tag: str) -> str:
            return '<tr>' + ''.join(
                f'<{tag} class="name">{escape(cell)}</{tag}>'
                if place < table.labels else f'<{tag}>{escape(cell)}</{tag}>'
                for place, cell in enumerate(cells)) + '</tr>'

        lines = [line([name for name, _ in table.columns], 'th')]
        lines += [line(row, 'td') for row in table.rows]
        self.parts.append('<div class="scroll"><table>\n'
                          + '\n'.join(lines) + '\n</table></div>')

    def picture(self, name: str, png: bytes, alt: str) -> None:
        """A PNG file, within the page."""
        self.pictures[name] = png
        data = base64.b64encode(png).decode()
        self.parts.append(
            f'<img alt="{escape(alt)}" src="data:image/png;base64,{data}">')

    def html(self) -> str:
        """The whole page."""
        return PAGE.substitute(
            title=escape(self.title), body='\n'.join(self.parts))
