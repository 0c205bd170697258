"""Headers on every answer, errors included: nothing loads from elsewhere, nothing is kept by others."""

from __future__ import annotations

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"


def init_app(app: Flask) -> None:
    """Set the headers after each request."""
    app.after_request(harden)


def harden(response: Response) -> Response:
    """Strict CSP without inline anything, no sniffing, no framing, no referrer, no store by default (PUB-09)."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers.setdefault("Referrer-Policy", "no-referrer" if _is_public_page() else "same-origin")
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), browsing-topics=()"
    headers["X-Robots-Tag"] = "noindex, nofollow"
    if request.endpoint != "static" or response.status_code >= 400:
        headers.setdefault("Cache-Control", "private, no-store")
        headers.add("Vary", "HX-Request")
    if current_app.config["CLEARFRAME"].is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def _is_public_page() -> bool:
    return request.path == "/my" or request.path.startswith(
        ("/sign/", "/join/", "/withdraw/", "/my/", "/share/", "/check/", "/welcome/")
    )
