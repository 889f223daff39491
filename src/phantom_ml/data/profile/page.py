"""A table of words for a terminal or a notebook: a title, aligned columns, and remarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import zip_longest

#: Characters of a cell that are shown.
CELL = 44


@dataclass(frozen=True)
class Page:
    """What is shown.

    Attributes
    ----------
    title : tuple of str
        Lines above the table.
    header : tuple of str
        Names of the columns; a name that ends in ``>`` aligns its column to the right. Empty where there is no
        table.
    rows : tuple of tuple of str
    remarks : tuple of str
        Sentences below the table.
    """

    title: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()


def as_text(page: Page) -> str:
    """Return a page as lines of text.

    Examples
    --------
    >>> print(as_text(Page(("Two rows",), ("name", "n>"), (("a", "1"), ("bb", "20")))))
    Two rows
    <BLANKLINE>
    name   n
    a      1
    bb    20
    """
    names = tuple(name.removesuffix(">") for name in page.header)
    table = [names, *([shown(cell) for cell in row] for row in page.rows)] if names else []
    widths = [max(map(len, column)) for column in zip_longest(*table, fillvalue="")]
    right = [name.endswith(">") for name in page.header]
    lines = [_line(row, widths, right) for row in table]
    remarks = [f"! {remark}" for remark in page.remarks]
    parts = [[*page.title], lines, remarks]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = zip(row, widths, right, strict=True)
    return "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in cells).rstrip()


def shown(cell: str, limit: int = CELL) -> str:
    r"""Return a cell as it can be printed: no control characters, no more than ``limit`` long.

    Examples
    --------
    >>> shown("a\x00b\nc"), shown("x" * 9, limit=5)
    ('a.b.c', 'xx...')
    """
    plain = "".join(c if c.isprintable() else "." for c in cell[: limit + 1])
    return plain if len(plain) <= limit else plain[: limit - 3] + "..."


def as_html(page: Page) -> str:
    """Return a page as HTML, every cell escaped.

    Examples
    --------
    >>> "&lt;b&gt;" in as_html(Page((), ("name",), (("<b>",),)))
    True
    """
    title = "".join(f"<p>{escape(line)}</p>" for line in page.title)
    head = "".join(f"<th>{escape(name.removesuffix('>'))}</th>" for name in page.header)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(shown(cell))}</td>" for cell in row) + "</tr>"
        for row in page.rows
    )
    remarks = "".join(f"<li>{escape(remark)}</li>" for remark in page.remarks)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    body = table if page.header else ""
    return f"{title}{body}<ul>{remarks}</ul>" if remarks else title + body
