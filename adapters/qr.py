"""QR codes of our links."""

from __future__ import annotations

import io

import segno


def svg(text: str) -> str:
    """An inline SVG without style or script; the page says in words where it leads."""
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out, kind="svg", xmldecl=False, svgns=True, border=2, omitsize=True, svgclass="qr", lineclass=None
    )
    return out.getvalue().decode()
