"""Who may knock: every door carries a sign, and silence is 403 (house rule 4)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, abort, current_app, g, redirect, request, session, url_for
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response
from wtforms import ValidationError

from models.base import db
from models.break_glass import LENT, BreakGlass, check_act
from models.errors import Gone, Invalid, NotAllowed, _l
from models.factor import Stage, stage
from models.kept import WaitingForm
from models.permission import Permission
from models.session import living_session, living_token
from models.trail import Knock, knock
from models.user import User

MOST_FROM_STRANGERS = 1_000_000  # bytes of a form behind a public door
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Sign:
    """What a door asks for: nothing, a permission, or a token with a scope and a permission."""

    permission: Permission | None = None
    scope: str | None = None
    fresh: bool = False  # grave: the session must have proven itself within five minutes (ASVS 7.5.3)
    stages: tuple[Stage, ...] = ()  # opens to a login that has come only so far, too


def public(view: View) -> View:
    """Anyone may knock; what is behind proves itself by its own link or code."""
    view.sign = Sign()  # type: ignore[attr-defined]
    return view


def takes_files(most: int) -> Callable[[View], View]:
    """What a public door lets in besides a form's words: pictures from a phone, up to so many bytes."""

    def hang(view: View) -> View:
        view.most = most  # type: ignore[attr-defined]
        return view

    return hang


def needs(
    permission: Permission, *, fresh: bool = False, stages: tuple[Stage, ...] = ()
) -> Callable[[View], View]:
    """Only a user whose roles include this permission may knock; a `fresh` door asks once more who it is."""

    def hang(view: View) -> View:
        view.sign = Sign(permission, fresh=fresh, stages=stages)  # type: ignore[attr-defined]
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
        if not g.session_half:
            return _to_login()
        if g.session_stage not in sign.stages:
            return _to(HALFWAY[g.session_stage], _asked())
        g._login_user = g.session_half.user
    current_user.require(sign.permission)
    if request.method == "POST" and sign.permission is not Permission.SEE:  # choosing among photos is looking
        check_act(current_user, sign.permission)
    if sign.fresh and not g.session_row.is_fresh:
        kept = _waiting()
        sent = None if request.method == "GET" else "waits" if kept else "anew"
        return _to("factors.prove", kept or _asked(), form=sent)
    return None


HALFWAY = {Stage.CODE: "factors.code", Stage.ENROL: "factors.index"}


def _asked() -> str | None:
    """Where one wanted to go: a page itself, or the page a form stood on; a form is never sent again unseen."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.full_path.rstrip("?")
    parts = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    return f"{parts.path}?{parts.query}".rstrip("?") if parts.netloc == request.host else None


def _waiting() -> str | None:
    """Where a form that was sent waits until its sender has proven who she is, so that nothing is typed twice."""
    if request.method == "GET" or request.files:
        return None
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return None  # a form that isn't ours is not kept for anybody to send by mistake
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    kept = WaitingForm.keep(g.session_row, request.full_path.rstrip("?"), fields, back=_asked() or "")
    return url_for("sessions.waiting", code=kept.code) if kept else None


def _limit() -> None:
    """What strangers may send is a form, enough for a drawn signature; pictures only where the door says so."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and getattr(view, "sign", None) == Sign():
        request.max_content_length = getattr(view, "most", MOST_FROM_STRANGERS)


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
    row = living_token(token.strip(), sign.scope or "") if kind.lower() == "bearer" else None
    if row is None:
        abort(401)
    g.token, g._login_user = row, row.user
    row.user.require(sign.permission)


def _to_login() -> Response:
    if request.headers.get("HX-Request") == "true":
        return _to("session.login")
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return _to("session.login", back)


def _to(endpoint: str, back: str | None = None, **more: Any) -> Response:
    url = url_for(endpoint, next=back, **more)
    if request.headers.get("HX-Request") == "true":
        response = current_app.make_response(("", 401))
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url)


def load_user(_request: Request) -> User | None:
    """The user of the session row whose token the signed cookie carries, if it lives and nothing is outstanding."""
    token = session.get("token")
    row = living_session(token) if token else None
    g.session_row, g.session_half, g.session_stage = row, None, Stage.IN
    if row is not None:
        g.session_stage = stage(row, lenient=current_app.config["CLEARFRAME"].demo)
    if g.session_stage is not Stage.IN:
        g.session_half = row  # opens nothing but the way on
        return None
    return _with_lent(row.user) if row else None


def _with_lent(user: User) -> User:
    """The user of a session, with what an open emergency access lends; a token has none of it (GOV-10)."""
    g.glass = BreakGlass.open_of(user) if user.may(Permission.GLASS) else None
    if g.glass is not None:
        user.lent = LENT
        user.__dict__.pop("permissions", None)
    return user


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
    ip = (
        getattr(ip, "ipv4_mapped", None) or ip
    )  # a server that listens on :: sees IPv4 so: all of it were one network
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))


def seal_form(about: str) -> str:
    """A form seal for public pages, which set no cookie: bound to the link it was made for."""
    return _sealer().dumps(about)


def check_form(about: str, *, hours: int = 24) -> None:
    """Raise unless the posted seal was made for this link within the given hours (SIG-03)."""
    made_for = sealed_about(request.form.get("seal", ""), hours=hours)
    if not made_for:
        raise Invalid(_l("This page was open for too long. Please send it once more."))
    if made_for != about:
        raise Gone


def sealed_about(seal: str, *, hours: int = 24) -> str:
    """What a seal of ours was made for within the given hours; nothing for any other text."""
    try:
        return str(_sealer().loads(seal, max_age=hours * 3600))
    except BadSignature:
        return ""


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="public-form")
