"""Tagged PDFs from our own HTML, set in a child of their own; nothing is ever fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adapters.sandbox import Reply, Sandbox, Unfit, Unreadable

STYLE = Path(__file__).resolve().parent.parent / "templates" / "pdf" / "pdf.css"
# The second wall behind the fetcher: a flaw in a font or an image library finds no network and no file of ours.
PRESS = Sandbox(seconds=120.0, memory=2 << 30)


class PdfRefused(Exception):
    """The page asked for something from outside, or could not be set."""


def render(html: str, *, variant: str = "pdf/ua-1") -> bytes:
    """Set a page whose <html lang> and <title> are given in it; PDF/UA tags, metadata, no network (ACC-03).

    Raises PdfRefused.
    """
    try:
        _, [paper] = PRESS.call("paper", {"variant": variant}, [html.encode(), STYLE.read_bytes()])
    except (Unreadable, Unfit, ValueError) as error:
        raise PdfRefused(getattr(error, "because", "") or str(error)) from error
    return bytes(paper)


def typeset(arguments: dict[str, Any], blocks: list[bytes]) -> Reply:
    """The child's part: WeasyPrint with a fetcher that fetches nothing."""
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    # Autoescape and this fetcher, both: 13 of 29 injected tags made a network call without it.
    fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)
    try:
        page = HTML(string=blocks[0].decode(), url_fetcher=fetcher, base_url=None)
        style = CSS(string=blocks[1].decode(), url_fetcher=fetcher)
        options: dict[str, Any] = {"pdf_variant": arguments["variant"], "stylesheets": [style]}
        return {}, [bytes(page.write_pdf(**options))]
    except BaseException as error:  # WeasyPrint's fetch error is a BaseException
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise Unreadable("damaged", type(error).__name__) from error
