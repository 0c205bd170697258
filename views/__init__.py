"""The doors of the house: one module per noun on screen, gathered here."""

from __future__ import annotations

import importlib

from flask import Flask
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from jinja2 import StrictUndefined

from views import access, diary, errors, headers, pages, picture_words, words, work_words

# Each names a Blueprint `bp`; the order is that of the house, not of precedence.
ROOMS = (
    "home", "session", "sign_on", "factors", "passkeys", "welcome", "library", "photos", "erasures", "upload", "albums", "deliveries", "copies", "faces", "people",
    "consents", "imports", "campaigns", "join", "attendance", "requests", "grounds", "todo", "events", "publications", "shares",
    "shared", "signing", "withdrawals", "my", "my_photos", "inquiries", "wordings", "recognition", "trail", "settings", "webhooks",
    "metrics", "api",
)  # fmt: skip

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Hang every door, its sign, and the ways to say no."""
    app.jinja_env.undefined = StrictUndefined
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
    app.jinja_env.globals.update(words.VOCABULARY | picture_words.VOCABULARY)
    app.add_template_filter(words.relation_choices)
    app.add_template_filter(words.use_choices)
    app.add_template_filter(words.row_notes)
    app.add_template_filter(work_words.damage)
    app.add_template_filter(work_words.work)
    app.add_template_filter(work_words.stumble)
    rooms = (*ROOMS, "styleguide") if app.config["CLEARFRAME"].demo else ROOMS
    for room in rooms:
        module = importlib.import_module(f"views.{room}")
        app.register_blueprint(module.bp)
        if getattr(module, "CSRF_EXEMPT", False):
            csrf.exempt(module.bp)
