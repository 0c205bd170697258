"""Tagged PDFs from our own HTML; nothing is ever fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

STYLE = Path(__file__).resolve().parent.parent / "templates" / "pdf" / "pdf.css"


class PdfRefused(Exception):
    """The page asked for something from outside, or could not be set."""


def render(html: str, *, variant: str = "pdf/ua-1") -> bytes:
    """Set a page whose <html lang> and <title> are given in it; PDF/UA tags, metadata, no network (ACC-03).

    Raises PdfRefused. Slow to import and to run: in the worker only.
    """
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    # Autoescape and this fetcher, both: 13 of 29 injected tags made a network call without it.
    fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)
    try:
        page = HTML(string=html, url_fetcher=fetcher, base_url=None)
        style = CSS(string=STYLE.read_text(), url_fetcher=fetcher)
        options: dict[str, Any] = {"pdf_variant": variant, "stylesheets": [style]}
        return bytes(page.write_pdf(**options))
    except BaseException as error:  # WeasyPrint's fetch error is a BaseException
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise PdfRefused(type(error).__name__) from error
