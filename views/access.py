"""Who may knock: every door carries a sign, and silence is 403 (house rule 4)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, abort, current_app, g, redirect, request, session, url_for
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from models.base import db
from models.errors import Gone, Invalid, NotAllowed, _l
from models.permission import Permission
from models.session import living_session, token_user
from models.trail import Knock, knock
from models.user import User

MOST_FROM_STRANGERS = 1_000_000  # bytes of a form behind a public door
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Sign:
    """What a door asks for: nothing, a permission, or a token with a scope and a permission."""

    permission: Permission | None = None
    scope: str | None = None


def public(view: View) -> View:
    """Anyone may knock; what is behind proves itself by its own link or code."""
    view.sign = Sign()  # type: ignore[attr-defined]
    return view


def needs(permission: Permission) -> Callable[[View], View]:
    """Only a user whose roles include this permission may knock."""

    def hang(view: View) -> View:
        view.sign = Sign(permission)  # type: ignore[attr-defined]
        return view

    return hang


def bearer(scope: str, permission: Permission) -> Callable[[View], View]:
    """Only a token with this scope, of a user with this permission."""

    def hang(view: View) -> View:
        view.sign = Sign(permission, scope)  # type: ignore[attr-defined]
        return view

    return hang


def init_app(app: Flask) -> None:
    """Open the database for each request and check the sign before the view."""
    app.before_request(_open)
    app.before_request(_check)
    app.before_request(_limit)
    app.before_request(_refuse_odd_bytes)
    app.teardown_request(_close)


def _open() -> None:
    g.opened = db.connect(reuse_if_open=True)
    g.request_id = secrets.token_hex(6)
    knock.set(
        Knock(g.request_id, short_address(client_address(request)), device_family(request.user_agent.string))
    )


def _close(_error: BaseException | None) -> None:
    if g.pop("opened", False) and not db.is_closed():
        db.close()


def _check() -> Response | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    sign: Sign | None = getattr(current_app.view_functions[request.endpoint], "sign", None)
    if sign is None:
        raise NotAllowed
    if sign.permission is None:
        return None
    if sign.scope is not None:
        return _check_token(sign)
    if not current_user.is_authenticated:
        return _to_login()
    current_user.require(sign.permission)
    return None


def _limit() -> None:
    """What strangers may send is a form, never a file: enough for a drawn signature."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and getattr(view, "sign", None) == Sign():
        request.max_content_length = MOST_FROM_STRANGERS


def _refuse_odd_bytes() -> None:
    # No text of ours holds a NUL; PostgreSQL refuses it where SQLite would keep half of it.
    if request.path.startswith("/api/"):
        return  # calls check each value by its shape
    form = request.form.items(multi=True) if request.method == "POST" else ()
    said = (*request.args.items(multi=True), *form)
    if "\0" in request.path or any("\0" in name or "\0" in value for name, value in said):
        abort(400)


def _check_token(sign: Sign) -> None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    user = token_user(token.strip(), sign.scope or "") if kind.lower() == "bearer" else None
    if user is None:
        abort(401)
    g._login_user = user
    user.require(sign.permission)


def _to_login() -> Response:
    if request.headers.get("HX-Request") == "true":
        response = current_app.make_response(("", 401))
        response.headers["HX-Redirect"] = url_for("session.login")
        return response
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("session.login", next=back))


def load_user(_request: Request) -> User | None:
    """The user of the session row whose token the signed cookie carries, if it still lives."""
    token = session.get("token")
    row = living_session(token) if token else None
    g.session_row = row
    return row.user if row else None


def safe_next(target: str | None) -> str:
    """A path of ours to go on to, or the home page: never another host (CVE class: open redirect)."""
    parts = urlsplit(target or "")
    # Backslashes and control characters are read as slashes by browsers.
    odd = (
        not target
        or not target.startswith("/")
        or target.startswith("//")
        or "\\" in target
        or not target.isprintable()
    )
    return url_for("home.index") if odd or parts.scheme or parts.netloc else str(target)


def client_address(req: Request) -> str:
    """The caller's address: the peer, or what the configured number of proxies of ours vouch for."""
    count = current_app.config["CLEARFRAME"].proxy_count
    hops = [hop.strip() for hop in req.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return hops[-count] if count and len(hops) >= count else (req.remote_addr or "")


BROWSERS = (
    ("Firefox", "Firefox/"),
    ("Edge", "Edg/"),
    ("Opera", "OPR/"),
    ("Chrome", "Chrome/"),
    ("Safari", "Safari/"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iOS", "iPhone"),
    ("iPadOS", "iPad"),
    ("Windows", "Windows"),
    ("macOS", "Mac OS"),
    ("Linux", "Linux"),
)


def device_family(agent: str) -> str:
    """Which kind of browser on which system, such as "Firefox on Android"; no version, nothing that tells people apart."""
    browser = next((name for name, mark in BROWSERS if mark in agent), "another browser")
    system = next((name for name, mark in SYSTEMS if mark in agent), "another system")
    return f"{browser} on {system}"


def short_address(address: str) -> str:
    """The network part only: /24 of IPv4, /48 of IPv6 (AUD-01)."""
    import ipaddress

    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))


def seal_form(about: str) -> str:
    """A form seal for public pages, which set no cookie: bound to the link it was made for."""
    return _sealer().dumps(about)


def check_form(about: str, *, hours: int = 24) -> None:
    """Raise unless the posted seal was made for this link within the given hours (SIG-03)."""
    try:
        made_for = _sealer().loads(request.form.get("seal", ""), max_age=hours * 3600)
    except BadSignature as error:
        raise Invalid(_l("This page was open for too long. Please send it once more.")) from error
    if made_for != about:
        raise Gone


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="public-form")
