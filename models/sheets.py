"""What a part of the pack says: files for machines, and blocks for a paper, of one day and in one language (GOV-09)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from adapters import tables
from adapters.dates import written_day, written_moment
from models import papers
from models.base import tools
from models.errors import _l
from models.setting import Setting

File = tuple[str, bytes]
MOST_ROWS = (
    400  # in one table of a paper: a thousand take ten seconds to set; the file for machines has them all
)


@dataclass(frozen=True)
class Section:
    """One heading of a paper, with pairs of label and text below it."""

    title: str
    pairs: list[tuple[str, list[str]]] = field(default_factory=list)
    lang: str = ""
    kind = "pairs"


@dataclass(frozen=True)
class Table:
    """One heading with rows below it; a row's first cell heads it."""

    title: str
    head: list[str]
    rows: list[list[str]]
    lang: str = ""
    kind = "table"

    @property
    def shown(self) -> list[list[str]]:
        """The rows that fit a paper."""
        return self.rows[:MOST_ROWS]


@dataclass(frozen=True)
class Prose:
    """One heading with paragraphs and points below it, each as its kind ("p" or "li") and text."""

    title: str
    lines: list[tuple[str, str]]
    lang: str = ""
    kind = "prose"

    @property
    def groups(self) -> list[tuple[str, list[str]]]:
        """What follows one another of one kind."""
        return [
            (kind, [text for _, text in some]) for kind, some in groupby(self.lines, lambda line: line[0])
        ]


Block = Section | Table | Prose


@dataclass(frozen=True)
class Told:
    """What one part says, and what it can't say of a day that is past."""

    files: list[File]
    blocks: list[Block]
    gap: str = ""


@dataclass(frozen=True)
class Ask:
    """For which day and in which language; a day that is past is told from rows with dates, as it stood at its end."""

    on: date
    lang: str
    past: bool = False

    @property
    def until(self) -> datetime:
        """The first moment that does not count."""
        return datetime.combine(self.on + timedelta(days=1), time.min, ZoneInfo(tools.zone))

    def had(self, moment: datetime | None) -> datetime | None:
        """A moment, if it had come by then."""
        return moment if moment is not None and moment < self.until else None

    def say(self, words: str, **values: Any) -> str:
        """Words of ours in that language."""
        said = tools.typesetter.gettext(words, self.lang)
        return said % values if values else said

    def paper(self, title: str, blocks: Iterable[Block], gap: str = "") -> bytes:
        """A tagged PDF of these blocks, the one template for every register."""
        return papers.make(
            "register.html", self.lang, title=self.say(title), blocks=list(blocks), on=self.on, past=self.past, gap=gap,
            organisation=str(Setting.of("organisation")),
        )  # fmt: skip

    def head(self, *words: str) -> list[str]:
        """The head of a table."""
        return [self.say(word) for word in words]

    def day(self, day: date | None) -> str:
        """A day in that language."""
        return written_day(day, self.lang, "long") if day else ""

    def moment(self, moment: datetime | None) -> str:
        """A moment in that language, in the organisation's zone."""
        return written_moment(moment, self.lang, tools.zone, "long") if moment else ""

    def value(self, value: Any) -> str:
        """A value of a setting or a column."""
        if value is None or value in ("", []):
            return "–"
        if isinstance(value, bool):
            return self.say(_l("yes")) if value else self.say(_l("no"))
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def prose(markdown: str, lang: str) -> Iterator[Block]:
    """The blocks of one of our own documents: headings, paragraphs, points and tables, without its inline marks."""
    title = ""
    lines: list[tuple[str, str]] = []
    rows: list[list[str]] = []
    for chunk in _chunks(markdown):
        if (lines or rows) and (chunk.startswith("#") or (rows and not chunk.startswith("|"))):
            yield from _block(title, lines, rows, lang)
            title, lines, rows = "", [], []
        if chunk.startswith("# "):
            continue  # its title is the paper's
        if chunk.startswith("#"):
            title = _bare(chunk.lstrip("# "))
        elif chunk.startswith("|"):
            cells = [_bare(cell) for cell in chunk.strip("|").split("|")]
            if not set("".join(cells)) <= set("-: "):
                rows.append(cells)
        else:
            lines.append(("li", _bare(chunk[2:])) if chunk.startswith("- ") else ("p", _bare(chunk)))
    yield from _block(title, lines, rows, lang)


def _block(title: str, lines: list[tuple[str, str]], rows: list[list[str]], lang: str) -> Iterator[Block]:
    if lines:
        yield Prose(title, lines, lang)
    if rows:
        yield Table("" if lines else title, rows[0], rows[1:], lang)


def _chunks(markdown: str) -> Iterator[str]:
    """Headings, rows, points and paragraphs, each on one line; code is left out."""
    found: list[str] = []
    fenced = False
    for line in [*markdown.splitlines(), ""]:
        if line.startswith("```"):
            fenced = not fenced
            continue
        if fenced:
            continue
        begins = line.startswith(("#", "|", "- "))
        if found and (begins or not line.strip() or found[-1].startswith(("#", "|"))):
            yield " ".join(found)
            found = []
        if line.strip():
            found.append(line.strip())


def _bare(text: str) -> str:
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text.strip())
    return re.sub(r"(\*\*|`|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w))", "", text)


def table(title: str, head: list[str], rows: Iterable[Iterable[Any]], ask: Ask) -> Table:
    """A table of values as that language writes them."""
    return Table(title, head, [[_written(cell, ask) for cell in row] for row in rows])


def _written(cell: Any, ask: Ask) -> str:
    if isinstance(cell, datetime):
        return ask.moment(cell)
    if isinstance(cell, date):
        return ask.day(cell)
    return ask.value(cell)


def as_json(value: Any) -> bytes:
    """A file for machines; the same values give the same bytes."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode() + b"\n"


def as_csv(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """A sheet, none of whose cells a spreadsheet runs."""
    return tables.written(head, rows, mark=False)
