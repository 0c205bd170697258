"""The month's numbers drawn and written: each as bars with a table beside them, on a page, on paper and as CSV."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from adapters import tables
from adapters.dates import written_month
from models import monthly, papers
from models.base import tools
from models.errors import _l
from models.monthly import Numbers, Span
from models.registers import MODES
from models.setting import Setting
from models.use import Use

WIDTH, ROW = 320, 30
NARROW = (210, 24)  # width and row of what stands in half a sheet of paper
# From dark to light, so that they differ in black and white as well; the words stand in the table.
TONES = ("t1", "t2", "t3", "t4")
FILLS = {"t1": "#0b5e6b", "t2": "#5e9aa3", "t3": "#b9d3d7", "t4": "#f4f4f2"}
Words = Callable[[str], str]
# fmt: off
STATES = {"cleared": _l("Cleared"), "ends_soon": _l("Ends soon"), "unclear": _l("Unclear"), "blocked": _l("Blocked")}
UNCLEAR = {"faces": _l("a face has no name yet"), "suggestions": _l("a suggestion waits for an answer"), "names": _l("a name in the file waits for an answer"),
           "review": _l("nobody has said that everyone is named"), "preparing": _l("still being prepared")}
REQUESTS = {"came": _l("came in"), "in_time": _l("answered in time"), "late": _l("answered late"), "overdue": _l("overdue at the end")}
ERASURES = {"photos": _l("photos"), "people": _l("people"), "other": _l("papers and pictures"), "wiped": _l("of all these, wiped from storage")}
NO = {"withdrawals": _l("answers taken back"), "in_time": _l("taken down in time"), "late": _l("taken down late"), "overdue": _l("overdue at the end")}
RECOGNITION = {"opted_in": _l("people who said yes"), "people": _l("people with faceprints"), "confirmed": _l("suggestions found right so far"), "rejected": _l("suggestions found wrong so far")}
# fmt: on


@dataclass(frozen=True)
class Chart:
    """One set of bars: rows of a label with a number per column; several columns are stacked to one bar."""

    key: str
    title: str
    about: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]

    @property
    def height(self) -> int:
        """Of the drawing on a page, in its own units."""
        return max(1, len(self.rows)) * ROW

    def bars(self, width: int = WIDTH, row: int = ROW) -> Iterator[dict[str, Any]]:
        """Each row's label, number and rectangles, for a drawing so wide with rows so high."""
        most = max((sum(numbers) for _, numbers in self.rows), default=0)
        for place, (label, numbers) in enumerate(self.rows):
            x, parts = 0.0, []
            for tone, number in zip(TONES, numbers, strict=False):
                share = max((width - 48) * number / most, 1.5) if number else 0.0
                if number:
                    parts.append(
                        {"x": round(x, 1), "width": round(share, 1), "tone": tone, "fill": FILLS[tone]}
                    )
                x += share
            top = place * row
            yield {
                "label": label, "number": sum(numbers), "parts": parts, "text": top + row // 2 - 4, "y": top + row // 2,
                "end": round(x + 6, 1), "base": top + row // 2 + 9, "high": row // 2 - 4,
            }  # fmt: skip

    @property
    def in_words(self) -> str:
        """What the drawing shows, for who does not see it."""
        said = (f"{label}: {', '.join(map(str, numbers))}" for label, numbers in self.rows)
        return f"{self.title}. {'; '.join(said)}"


def sheet(numbers: Numbers, lang: str) -> list[Chart]:
    """Every chart of a month in a language."""

    def words(text: str) -> str:
        return tools.typesetter.gettext(text, lang)

    names = {use.code: use.name_in(lang) for use in Use.select()}
    states, mode = list(STATES), words(_l("Mode at the end:"))
    return [
        Chart("cleared", words(_l("Photos by use")), words(_l("Of every photo in the library, whether it may be used.")),
              [words(STATES[state]) for state in states],
              [(names.get(row["use"], row["use"]), [row[state] for state in states]) for row in numbers["cleared"]]),
        _plain("unclear", _l("Why photos are unclear"), _l("A photo can wait for several things."), UNCLEAR, (numbers, words)),
        Chart("endings", words(_l("Consents that end")), words(_l("Answers by the month of their last day, where none has followed yet.")),
              [words(_l("Answers"))], [(written_month(Span.of(row["month"]).first, lang), [row["lines"]]) for row in numbers["endings"]]),
        _plain("requests", _l("Messages and requests"), _l("Within the month the law gives."), REQUESTS, (numbers, words)),
        _plain("erasures", _l("Erased"), _l("In this month."), ERASURES, (numbers, words)),
        _plain("no", _l("Withdrawals and take-downs"), _l("In this month."), NO, (numbers, words)),
        _plain("recognition", _l("Recognition"), f"{mode} {words(MODES.get(numbers['recognition']['mode'], ''))}", RECOGNITION, (numbers, words)),
    ]  # fmt: skip


def _plain(key: str, title: str, about: str, labels: dict[str, str], rest: tuple[Numbers, Words]) -> Chart:
    numbers, words = rest
    rows = [(words(label), [int(numbers[key][name])]) for name, label in labels.items()]
    return Chart(key, words(title), words(about), [words(_l("Number"))], rows)


def paper(month: str, lang: str) -> bytes:
    """A month on one page of paper."""
    span, numbers, kept_at = monthly.of(month)
    charts = sheet(numbers, lang)
    return papers.make(
        "month.html", lang, charts=[(chart, _picture(chart)) for chart in charts], span=span, kept_at=kept_at,
        photos=numbers["photos"], organisation=str(Setting.of("organisation")),
    )  # fmt: skip


def _picture(chart: Chart) -> str:
    wide, row = (WIDTH, ROW) if len(chart.columns) > 1 else NARROW
    drawn = tools.typesetter.set(
        "pdf/bars.svg", tools.locale, chart=chart, width=wide, row=row, height=row * len(chart.rows)
    )
    return "data:image/svg+xml;base64," + b64encode(drawn.encode()).decode()


def table(month: str) -> bytes:
    """A month as CSV: chart, row, column, number, by fixed English keys, so that months can be laid beside each other."""
    span, numbers, _ = monthly.of(month)
    rows = ([span.name, *cells] for cells in _cells(span, numbers))
    return tables.written(["month", "what", "of", "number"], rows, mark=False)


def _cells(_span: Span, numbers: Numbers) -> Iterator[tuple[str, str, Any]]:
    for what, found in numbers.items():
        for row in found if isinstance(found, list) else [found if isinstance(found, dict) else {"": found}]:
            name = row.get("use") or row.get("month") or ""
            for of, number in row.items():
                if of not in ("use", "month"):
                    yield what, " ".join(filter(None, (name, of))), number
