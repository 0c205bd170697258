"""The house for programs: /api/v1, by bearer token only, JSON in and out, refusals as problems (docs/api.md)."""

from __future__ import annotations

from views.api import albums, consents, deliveries, openapi, people, photos, publications, webhooks
from views.api.calls import bp

__all__ = [
    "CSRF_EXEMPT",
    "albums",
    "bp",
    "consents",
    "deliveries",
    "openapi",
    "people",
    "photos",
    "publications",
    "webhooks",
]

CSRF_EXEMPT = True  # no cookie counts here: a browser that is tricked into a call carries no token
