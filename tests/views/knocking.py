"""Who knocks in the matrix: every role, every way of not being in, every token; and what the tables say each must be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adapters import clock
from models.base import db
from models.permission import Permission, Role, granted
from models.token import ANY, ApiToken
from models.user import Grant, Session
from tests.makers import PASSWORD, Browser
from tests.views.world import BY_LINK, OF_A_TEAM, OF_ONE_USER, World, nouns
from views.access import Sign

LOGIN, CODE, ENROL, PROVE = "/login", "/login/code", "/account/factors", "/account/prove"
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Knocker:
    """Somebody or something at the door, with what it carries."""

    name: str
    permissions: frozenset[Permission] = frozenset()
    cookie: str = ""
    form_token: str = ""
    bearer: str = ""
    scopes: frozenset[str] = frozenset()
    halfway: str = LOGIN  # where one who isn't in is led
    fresh: bool = True
    stage: str = "IN"
    editor: bool = False  # owns what belongs to one user

    def told(self, sign: Sign) -> str:
        """What the tables say the answer of this door is: "in", "no", "unknown", or the page one is led to."""
        if sign.permission is None:
            return "in"
        if sign.scope is not None:
            if not self.bearer or not self.scopes:
                return "unknown"
            opens = sign.scope == ANY or sign.scope in self.scopes
            return "in" if opens and sign.permission in self.permissions else "no"
        if self.halfway and self.stage not in {stage.name for stage in sign.stages}:
            return self.halfway
        if sign.permission not in self.permissions:
            return "no"
        return PROVE if sign.fresh and not self.fresh else "in"

    def sees(self, rule: Any) -> bool:
        """Whether what a foreign team has at this address is there for this knocker."""
        named = set(nouns(rule.rule))
        if named & OF_ONE_USER:
            return False
        if named & BY_LINK:
            return not named & (OF_A_TEAM | {"receipts"})
        return not named & OF_A_TEAM or Permission.SEE_ALL in self.permissions

    def knock(
        self,
        world: World,
        method: str,
        address: str,
        form: dict[str, Any] | None = None,
        *,
        htmx: bool = False,
    ) -> Any:
        """Knock, and leave nothing behind."""
        headers = dict(HTMX) if htmx else {}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.bearer:
            headers["Authorization"] = f"Bearer {self.bearer}"
        more: dict[str, Any] = {"headers": headers}
        if address.startswith("/api/"):
            more |= {"json": form or {}} if method != "GET" else {}
        elif method != "GET":
            more["data"] = {"csrf_token": self.form_token, **(form or {})}
        client = world.web.test_client(use_cookies=False)
        answer = client.open(address, method=method, **more)
        answer.get_data()
        return answer


def whoever(world: World) -> dict[str, Knocker]:
    """Everybody of the matrix, by name."""
    found = [_with_role(world, role) for role in Role]
    found += [_stale(world), *_not_in(world), *_programs(world)]
    return {knocker.name: knocker for knocker in found}


NAMES = [
    *(role.value for role in Role), "stale admin", "nobody", "without a role", "disabled", "logged out", "idle", "half way",
    "without a factor", "auditor whose time ended",
    *(f"{role.value} reads" for role in Role), *(f"{role.value} writes" for role in Role),
    *(f"{role.value} publishes" for role in Role), "no token", "revoked token", "expired token", "token of a disabled user",
    "a cookie at a program's door",
]  # fmt: skip


def _with_role(world: World, role: Role) -> Knocker:
    return _carrying(
        world.browsers[role], role.value, granted({role}), halfway="", editor=role is Role.EDITOR
    )


def _carrying(browser: Browser, name: str, permissions: Any = frozenset(), **more: Any) -> Knocker:
    token = browser._token()
    kept = browser.client.get_cookie("clearframe")
    return Knocker(name, permissions, f"clearframe={kept.value}", token, **more)


def _last(user: Any) -> Any:
    return Session.select().where(Session.user == user).order_by(Session.id.desc()).get()


def _stale(world: World) -> Knocker:
    browser = Browser(world.web).log_in(world.users[Role.ADMIN])
    knocker = _carrying(browser, "stale admin", granted({Role.ADMIN}), halfway="", fresh=False)
    Session.update(proven_at=clock.now() - timedelta(hours=2)).where(
        Session.id == _last(world.users[Role.ADMIN]).id
    ).execute()
    return knocker


def _not_in(world: World) -> Iterator[Knocker]:
    house, admin = world.house, world.users[Role.ADMIN]
    yield _carrying(Browser(world.web), "nobody")
    bare = house.user("viewer", name="Staffbare")
    bare.set_roles([], by=admin)
    yield _carrying(Browser(world.web).log_in(bare), "without a role", granted(frozenset()), halfway="")
    dead = house.user("editor", name="Staffdead")
    yield _carrying(Browser(world.web).log_in(dead), "disabled")
    dead.disable(by=admin)
    out = house.user("editor", name="Staffout")
    yield _carrying(Browser(world.web).log_in(out), "logged out")
    out.end_sessions()
    idle = house.user("editor", name="Staffidle")
    yield _carrying(Browser(world.web).log_in(idle), "idle")
    Session.update(seen_at=clock.now() - timedelta(hours=2)).where(Session.user == idle).execute()
    half = house.user("dpo", name="Staffhalf")
    browser = Browser(world.web)
    browser.post("/login", {"email": half.email, "password": PASSWORD})
    yield _carrying(browser, "half way", granted({Role.DPO}), halfway=CODE, stage="CODE")
    late = house.user("viewer", name="Stafflate")
    late.set_roles([Role.DPO], by=admin)
    browser = Browser(world.web)
    browser.post("/login", {"email": late.email, "password": PASSWORD})
    yield _carrying(browser, "without a factor", granted({Role.DPO}), halfway=ENROL, stage="ENROL")
    past = house.user("auditor", name="Staffpast")
    yield _carrying(
        Browser(world.web).log_in(past), "auditor whose time ended", granted(frozenset()), halfway=""
    )
    Grant.update(until=clock.now() - timedelta(seconds=1)).where(Grant.user == past).execute()


def _programs(world: World) -> Iterator[Knocker]:
    for verb, scope in (("reads", "read"), ("writes", "write"), ("publishes", "publish")):
        for role, user in world.users.items():
            token = ApiToken.create_for(user, [scope], by="system")
            yield Knocker(
                f"{role.value} {verb}",
                granted({role}),
                bearer=token,
                scopes=frozenset({scope}),
                editor=role is Role.EDITOR,
            )
    # Noted at most every five minutes: not by the first knock either, whose row is taken back.
    ApiToken.update(used_at=clock.now()).execute()
    yield Knocker("no token")
    for name, change in (
        ("revoked token", {"revoked_at": clock.now()}),
        ("expired token", {"expires_at": clock.now() - timedelta(seconds=1)}),
    ):
        token = ApiToken.create_for(world.users[Role.DPO], ["read", "write", "publish"], by="system")
        ApiToken.update(**change).where(
            ApiToken.id == ApiToken.select().order_by(ApiToken.id.desc()).get().id
        ).execute()
        yield Knocker(name, bearer=token)
    gone = world.house.user("editor", name="Staffgone")
    token = ApiToken.create_for(gone, ["read", "write", "publish"], by="system")
    gone.disable(by=world.users[Role.ADMIN])
    yield Knocker("token of a disabled user", bearer=token)
    admin = _with_role(world, Role.DPO)
    yield Knocker("a cookie at a program's door", cookie=admin.cookie, form_token=admin.form_token)


def verdict(answer: Any) -> str:
    """What an answer tells whoever knocked, in the words of `Knocker.told`."""
    to = answer.headers.get("HX-Redirect") or answer.headers.get("Location") or ""
    path = to.split("?")[0]
    if answer.status_code == 302 and path in (LOGIN, CODE, ENROL, PROVE):
        return path
    if answer.status_code == 401:
        return path or "unknown"
    if answer.status_code == 403:
        return "no"
    return "in" if answer.status_code < 500 else f"broken: {answer.status_code}"


def same(answer: Any, code: str) -> tuple[int, str, str]:
    """An answer without the code that was asked for and what is new each time."""
    text = answer.get_data().decode(errors="replace").replace(code, "CODE")
    text = re.sub(r'(value|content)="[\w.-]{40,}"', "", text)
    where = (answer.headers.get("Location") or answer.headers.get("HX-Redirect") or "").replace(code, "CODE")
    return answer.status_code, where, text


def awake() -> None:
    """Nobody falls asleep however slow the machine is: what is noted now and then, and so would be written by some knock, was
    noted an hour from now; a knock's own note would be taken back with it.
    """
    now = clock.now()
    ahead, lately = now + timedelta(hours=1), now - timedelta(hours=1)
    Session.update(seen_at=ahead).where(Session.seen_at > lately).execute()
    Session.update(proven_at=ahead).where(Session.proven_at > lately).execute()
    ApiToken.update(used_at=ahead).where(ApiToken.used_at.is_null(False)).execute()


def touched() -> int:
    """How many rows this connection has ever written: what doesn't move while a door is knocked at wrote nothing."""
    return int(db.connection().total_changes)
