"""Makers of everything a test needs, through the house's own verbs."""

from __future__ import annotations

import email
import email.policy
import io
import re
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from PIL import Image, ImageDraw

from adapters import clock
from config import Config
from models.album import Album
from models.base import tools
from models.factor import STEP, Factor, demanded
from models.permission import Role
from models.person import Person
from models.photo import Photo
from models.request import Request
from models.use import Use
from models.user import Team, User

PASSWORD = "een lange zin vol woorden"


class Makers:
    """Makes users, albums, photos and people in a started house."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.sandbox = tools.sandbox
        self.team = Team.get()
        self._count = 0

    def user(self, *roles: str, name: str = "Eva Editor", team: Team | None = None, email: str = "") -> User:
        """A user with these roles, in the first team unless another is given."""
        self._count += 1
        user = User.add(
            email or f"user{self._count}@clearframe.example", name, [Role(role) for role in roles or ("editor",)],
            by="system", teams=[team or self.team],
        )  # fmt: skip
        token = user.invite(by="system")
        from models.invitation import Invitation

        made = Invitation.open(token).accept(password=PASSWORD, again=PASSWORD)
        if demanded(made):
            enrol(made)
        return made

    def album(
        self, title: str = "Open day", *, by: User | None = None, team: Team | None = None, **more: Any
    ) -> Album:
        """An album of the first team."""
        return Album.add(title, team or self.team, by=by or self.user("editor"), **more)

    def photo(self, album: Album, *, by: User, data: bytes | None = None, name: str = "photo.jpg") -> Photo:
        """A photo taken in; the worker has not seen it yet."""
        self._count += 1
        data = data if data is not None else picture(seed=self._count)
        return Photo.take_in(io.BytesIO(data), name, album, by=by).photo

    def person(self, name: str = "Noor Voorbeeld", *, by: User | None = None, **more: Any) -> Person:
        """Someone photographed."""
        return Person.add(name, by=by or self.user("editor"), **more)

    def letters(self) -> list[EmailMessage]:
        """The mails written so far, the oldest first."""
        paths = sorted(self.config.data.glob("outbox/[!.]*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]  # type: ignore[misc]

    def weigh_events(self, *, by: User) -> None:
        """The assessment that opens events with children or in public space (GOV-02)."""
        from models import weighing

        said = dict.fromkeys((*weighing.QUESTIONS, "children"), "It was weighed for this test.")
        weighing.weigh_events(
            said, weighing.today() + timedelta(days=300), by=by, risk="low", children=True, public_space=True
        )

    def use(self, code: str = "website") -> Use:
        """One of the default uses."""
        return Use.get(Use.code == code)


@dataclass
class Pocket:
    """What a user has besides a password: the phone's secret and the paper with recovery codes."""

    seed: bytes
    paper: list[str]
    last: int = 0


POCKETS: dict[str, Pocket] = {}


def enrol(user: User) -> None:
    """Set up a code app for this user, as the page does."""
    begun = Factor.begin(user, "my phone")
    pocket = POCKETS[user.code] = Pocket(begun.seed, [])
    pocket.paper = begun.confirm(app_code(pocket))


def app_code(pocket: Pocket) -> str:
    """What the app shows: a code not used yet of the steps the house takes, "" when all three were."""
    now = int(clock.now().timestamp()) // STEP
    step = max(pocket.last + 1, now - 1)
    if step > now + 1:
        return ""
    pocket.last = step
    return TOTP(pocket.seed, 6, SHA1(), STEP).generate(step * STEP).decode()


def next_code(user: User) -> str:
    """The code a user gives now; who logs in more often than the app counts takes the paper."""
    pocket = POCKETS[user.code]
    return app_code(pocket) or pocket.paper.pop()


def after_signing(web: Flask, request: Request, page: str = "thanks") -> str:
    """The address of a page that whoever has just signed this request is led to."""
    from views.access import seal_form

    with web.test_request_context():
        return f"/sign/{request.raw_token}/{page}?key={seal_form(f'thanks|{request.raw_token}')}"


def picture(*, seed: int = 0, size: tuple[int, int] = (600, 400), kind: str = "JPEG") -> bytes:
    """A drawn landscape without people, different for each seed."""
    image = Image.new("RGB", size, (120 + seed * 37 % 100, 170, 210))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, size[1] * 2 // 3, size[0], size[1]), fill=(80, 140 + seed * 13 % 90, 70))
    draw.ellipse((20 + seed * 7 % 300, 30, 90 + seed * 7 % 300, 100), fill=(250, 230, 120))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


class Browser:
    """A test client that behaves as a person: it follows forms with their tokens."""

    def __init__(self, web: Flask) -> None:
        self.web = web
        self.client: FlaskClient = web.test_client()
        self._tokens: dict[str, str] = {}

    def get(self, url: str, **more: Any) -> Any:
        """Open an address, and read what comes to its end: an answer half read keeps its request open."""
        return self.client.get(url, **{"buffered": True, **more})

    def post(self, url: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """Send a form of ours, with the token of this session."""
        token = self._token()
        return self.client.post(url, data={"csrf_token": token, **(data or {})}, **{"buffered": True, **more})

    def log_in(self, user: User, password: str = PASSWORD) -> Browser:
        """Log in by the form."""
        answer = self.post("/login", {"email": user.email, "password": password})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        if user.code in POCKETS:
            answer = self.post("/login/code", {"number": next_code(user)})
            assert answer.status_code == 303, answer.get_data(as_text=True)
        return self

    def _token(self) -> str:
        # A page is opened for it, as a person would; once per session, unless words wait there to be shown.
        kept = self._cookie()
        if kept.get("csrf_token") in self._tokens and "_flashes" not in kept:
            return self._tokens[kept["csrf_token"]]
        for url in ("/account", "/login", "/login/code", "/account/factors"):
            found = re.search(
                r'name="csrf_token" value="([^"]+)"', self.client.get(url).get_data(as_text=True)
            )
            if found:
                self._tokens[self._cookie()["csrf_token"]] = found[1]
                return found[1]
        raise AssertionError("no form with a token")

    def _cookie(self) -> dict[str, Any]:
        cookie = self.client.get_cookie(self.web.config["SESSION_COOKIE_NAME"])
        signed = SecureCookieSessionInterface().get_signing_serializer(self.web)
        return signed.loads(cookie.value) if cookie and cookie.value and signed else {}
