"""The doors of the house: one module per noun on screen, gathered here."""

from __future__ import annotations

import importlib

from flask import Flask
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from jinja2 import StrictUndefined

from models import backups
from views import (
    access,
    claim_words,
    diary,
    errors,
    headers,
    package_words,
    pages,
    picture_words,
    retention_words,
    words,
    work_words,
)

# Each names a Blueprint `bp`; the order is that of the house, not of precedence.
ROOMS = (
    "home", "session", "sessions", "tokens", "glass", "quota", "sign_on", "factors", "passkeys", "welcome", "library", "photos", "erasures", "upload", "albums", "deliveries", "copies", "faces", "people",
    "consents", "imports", "campaigns", "join", "attendance", "requests", "grounds", "todo", "overrides", "events", "publications", "shares",
    "shared", "signing", "withdrawals", "my", "my_photos", "inquiries", "privacy", "claims", "plans", "findings", "packages", "package", "face_search",
    "wordings", "recognition", "compliance", "breaches", "accessibility", "retention", "trail", "settings", "webhooks", "metrics", "api",
)  # fmt: skip

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Hang every door, its sign, and the ways to say no."""
    app.jinja_env.undefined = StrictUndefined
    app.url_map.merge_slashes = False  # its redirect would name the host the caller claims, and http
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=pages.choose_locale, timezone_selector=pages.choose_zone)
    Htmx(app)
    login = LoginManager(app)
    login.request_loader(access.load_user)
    login.session_protection = None  # sessions are rows; addresses change with every train
    diary.init_app(app)
    headers.init_app(app)
    access.init_app(app)
    csrf.init_app(app)  # after the database is open: its refusal is a page too
    errors.init_app(app)
    pages.init_app(app)
    for vocabulary in (words, picture_words, claim_words, package_words, retention_words):
        app.jinja_env.globals.update(vocabulary.VOCABULARY)
    app.add_template_filter(words.relation_choices)
    app.add_template_filter(words.use_choices)
    app.add_template_filter(words.row_notes)
    app.add_template_filter(work_words.damage)
    app.add_template_filter(work_words.work)
    app.add_template_filter(work_words.stumble)
    app.add_template_filter(work_words.upkeep)
    app.jinja_env.globals["troubles"] = backups.troubles
    rooms = (*ROOMS, "styleguide") if app.config["CLEARFRAME"].demo else ROOMS
    for room in rooms:
        module = importlib.import_module(f"views.{room}")
        app.register_blueprint(module.bp)
        if getattr(module, "CSRF_EXEMPT", False):
            csrf.exempt(module.bp)
