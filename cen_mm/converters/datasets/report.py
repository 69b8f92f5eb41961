"""Report of the verification of a data set."""
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Callable, Sequence

import numpy as np
from tqdm import tqdm

SHOWN = 5  # problems of each kind that are printed


@dataclass
class Report:
    """Result of a verification; printed, it is a table and a verdict.

    Attributes:
        splits (list): Rows ``(split, found, expected)``.
        contents (Counter): How often each ``(kind, size, type)`` occurs.
        values (defaultdict): One value of every image, by ``(name, unit)``.
        problems (defaultdict): Lists of sentences, by kind of problem in one
            word. Empty if the data set is sound.
    """

    splits: list = field(default_factory=list)
    contents: Counter = field(default_factory=Counter)
    values: defaultdict = field(default_factory=lambda: defaultdict(list))
    problems: defaultdict = field(default_factory=lambda: defaultdict(list))

    def check(self, check: Callable[[Any], 'Report'],
              samples: Sequence[Any]) -> None:
        """Check every sample, in threads, and add the reports."""
        with ThreadPoolExecutor() as pool:
            for found in tqdm(pool.map(check, samples), total=len(samples),
                              desc='verify'):
                self.contents.update(found.contents)
                for mine, others in ((self.values, found.values),
                                     (self.problems, found.problems)):
                    for key, items in others.items():
                        mine[key] += items

    def __str__(self) -> str:
        lines = [f'{"split":8}{"listed":>8}{"expected":>10}']
        lines += [f'{s:8}{n:8}{e:10}' for s, n, e in self.splits]
        lines += ['', f'{"images of":12}{"number":>8}  size and type']
        lines += [f'{kind:12}{n:8}  {size} {dtype}'
                  for (kind, size, dtype), n
                  in sorted(self.contents.items())]
        for (name, unit), values in self.values.items():
            low, middle, high = np.percentile(values, (0, 50, 100))
            lines += ['', name, f'{low:.2f} to {high:.2f} {unit}, typically '
                                f'{middle:.2f} {unit}']
        for kind, sentences in self.problems.items():
            lines += ['', f'problems of kind "{kind}": {len(sentences)}']
            lines += [f'  {sentence}' for sentence in sentences[:SHOWN]]
            if len(sentences) > SHOWN:
                lines.append(f'  ... and {len(sentences) - SHOWN} more')
        if not self.problems:
            lines += ['', 'no problem found']
        return '\n'.join(lines)
