"""Users: accounts, roles, teams, sessions, one-time links and tokens."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from peewee import ForeignKeyField, ModelSelect, TextField
from playhouse.fields import EnumField

from adapters import clock, seal
from models.base import Moment, Record, code_field, db, is_postgres, tools
from models.errors import Invalid, NotAllowed, _l
from models.names import clean_email
from models.permission import Permission, Role, granted
from models.trail import Trace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.album import Album
    from models.consent import Consent
    from models.person import Person
    from models.photo import Photo
    from models.request import Request

IDLE = timedelta(minutes=30)  # SEC-03
ABSOLUTE = timedelta(hours=8)
FRESH = timedelta(minutes=5)
LINK_LIFE = timedelta(hours=72)
LONGEST_AUDIT = timedelta(days=90)  # AUD-06
FIRST_ADDRESS = "admin@localhost"  # until the first administrator gives hers
ADMINISTRATORS_LOCK = 7_243_002  # for pg_advisory_xact_lock


class Team(Record):
    """People who work together and see the same albums."""

    code = code_field()
    name = TextField(unique=True)

    class Meta:
        personal, plain = (), ("code", "name")

    @classmethod
    def add(cls, name: str, *, by: User) -> Team:
        """A new team; Invalid without a name or with one that is taken."""
        title = " ".join(name.split())[:120]
        if not title or cls.select().where(cls.name == title).exists():
            raise Invalid(_l("Give the team a name of its own."), field="name")
        with db.atomic():
            team = cls.create(name=title)
            Trace.leave(by, "team.added", team)
        return team


class User(Record):
    """Someone with an account; Flask-Login's four questions are answered here."""

    code = code_field()
    email = TextField(unique=True)
    name = TextField()
    password = TextField(null=True)
    locale = TextField(default="")
    created_at = Moment(default=clock.now)
    disabled_at = Moment(null=True)

    class Meta:
        personal = ("email", "name", "password", "locale")
        plain = ("code", "created_at", "disabled_at")

    @classmethod
    def add(
        cls,
        email: str,
        name: str,
        roles: Iterable[Role],
        *,
        by: User | str,
        teams: Iterable[Team] = (),
        until: date | None = None,
    ) -> User:
        """Create an account without a password; an invitation lets its owner choose one. Its roles end after `until`."""
        address = clean_email(email)
        with db.atomic():
            if cls.select().where(cls.email == address).exists():
                raise Invalid(_l("There is an account with this address already."), field="email")
            user = cls.create(email=address, name=name.strip() or address)
            for role in set(roles):
                Grant.give(user, role, until)
            for team in teams:
                Membership.create(user=user, team=team)
            Trace.leave(by, "user.added", user, roles=sorted(set(roles)))
        return user

    # Flask-Login asks these four.
    is_authenticated = True
    is_anonymous = False
    # What the session at the door lends for a while (models/break_glass.py); no token and no job has any of it.
    lent: frozenset[Permission] = frozenset()

    @property
    def is_active(self) -> bool:
        """Disabled users are turned away at their next request."""
        return self.disabled_at is None

    def get_id(self) -> str:
        """The code; sessions are rows, this never stands in a cookie alone."""
        return self.code

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles held now; read once per request."""
        now = clock.now()
        return frozenset(grant.role for grant in self.grants if grant.until is None or grant.until > now)

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """Everything the roles allow together."""
        return granted(self.roles) | self.lent

    def role_names(self) -> str:
        """The roles as one sorted word for the trail; it says so of every act under emergency access."""
        return ",".join([*sorted(self.roles), *(["break-glass"] if self.lent else [])])

    def may(self, permission: Permission) -> bool:
        """Whether the roles include this permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless the roles include this permission."""
        if not self.may(permission):
            raise NotAllowed

    def albums(self) -> ModelSelect[Album]:
        """The albums this user may see: those of her teams, or all for who sees all."""
        from models.album import Album

        if self.may(Permission.SEE_ALL):
            return Album.select()
        if not self.may(Permission.SEE):
            return Album.select().where(Album.id.is_null())
        mine = Membership.select(Membership.team).where(Membership.user == self)
        return Album.select().where(Album.team.in_(mine))

    def photos(self) -> ModelSelect[Photo]:
        """The photos this user may see; every view finds photos through this query."""
        from models import hold
        from models.album import Album
        from models.photo import Photo

        if self.may(Permission.SEE_ALL):
            return Photo.select()
        seen = Photo.select().where(Photo.album.in_(self.albums().select(Album.id)))
        # What the law wants kept is for the privacy officer alone (ERA-10). In the same query: asked first, it was one more a list.
        return seen.where(Photo.id.not_in(hold.held()))

    def teams(self) -> ModelSelect[Team]:
        """The teams this user belongs to."""
        return Team.select().join(Membership).where(Membership.user == self).order_by(Team.name)

    def people(self) -> ModelSelect[Person]:
        """The people this user may look up."""
        from models.person import Person

        return Person.seen_by(self)

    def consents(self) -> ModelSelect[Consent]:
        """The consents this user may look into."""
        from models.consent import Consent
        from models.person import Person

        if not self.may(Permission.CONSENTS):
            return Consent.select().where(Consent.id.is_null())
        if self.may(Permission.COMPLIANCE):
            return Consent.select()
        # The proof of somebody who was erased is the privacy officer's alone (WDR-06).
        return Consent.select().where(Consent.person.in_(Person.select(Person.id).where(Person.name != "")))

    def requests(self) -> ModelSelect[Request]:
        """The requests for consent this user may look into."""
        from models.request import Request

        return (
            Request.select()
            if self.may(Permission.CONSENTS)
            else Request.select().where(Request.id.is_null())
        )

    def invite(self, *, by: User | str, life: timedelta = LINK_LIFE) -> str:
        """Make a one-time link token to choose a password; older links of this user die."""
        from models.invitation import Invitation

        token = seal.new_token()
        with db.atomic():
            Invitation.update(used_at=clock.now()).where(
                Invitation.user == self, Invitation.used_at.is_null()
            ).execute()
            Invitation.create(user=self, token=seal.token_hash(token), expires_at=clock.now() + life)
            Trace.leave(by, "user.invited", self)
        return token

    def set_roles(self, roles: Iterable[Role], *, by: User | str, until: date | None = None) -> None:
        """Replace the roles, which end after `until`; effective at the next request, and every session ends."""
        wanted = set(roles)
        with db.atomic():
            if Role.ADMIN not in wanted or until is not None:
                self._keep_an_administrator()
            Grant.delete().where(Grant.user == self).execute()
            for role in wanted:
                Grant.give(self, role, until)
            self.end_sessions()
            Trace.leave(by, "user.roles", self, roles=sorted(wanted))
        self.__dict__.pop("roles", None)
        self.__dict__.pop("permissions", None)

    def set_teams(self, teams: Iterable[Team], *, by: User | str) -> None:
        """Replace the teams; which albums she sees follows at the next request."""
        wanted = list(teams)
        with db.atomic():
            Membership.delete().where(Membership.user == self).execute()
            for team in wanted:
                Membership.create(user=self, team=team)
            Trace.leave(by, "user.teams", self, teams=sorted(team.code for team in wanted))

    def enable(self, *, by: User | str) -> None:
        """Open a closed account again; its tokens stay dead."""
        with db.atomic():
            self.disabled_at = None
            self.save(only=[User.disabled_at])
            Trace.leave(by, "user.enabled", self)

    def disable(self, *, by: User | str) -> None:
        """Close the account: sessions and tokens end with it."""
        with db.atomic():
            self._keep_an_administrator()
            self.disabled_at = clock.now()
            self.save(only=[User.disabled_at])
            self.end_sessions()
            from models.token import ApiToken

            ApiToken.update(revoked_at=clock.now()).where(
                ApiToken.user == self, ApiToken.revoked_at.is_null()
            ).execute()
            Trace.leave(by, "user.disabled", self)

    def _keep_an_administrator(self) -> None:
        """Raise Invalid for the last one, within the caller's transaction; two at once take turns, on either engine."""
        from models.sign_on import Identity

        if is_postgres():  # SQLite's transactions take turns anyway
            db.execute_sql("SELECT pg_advisory_xact_lock(%s)", (ADMINISTRATORS_LOCK,))
        admins = Grant.select(Grant.user).where(Grant.role == Role.ADMIN)
        others = User.select().where(
            User.id.in_(admins.where(Grant.until.is_null())), User.disabled_at.is_null(), User.id != self.id,
            User.password.is_null(False) | User.id.in_(Identity.select(Identity.user)),  # who was only invited can't come in
        )  # fmt: skip
        # Asked of the rows: what this request read before may have changed while it waited its turn.
        if admins.where(Grant.user == self).exists() and not others.exists():
            raise Invalid(_l("Keep at least one administrator with an open account."))

    def roles_end(self) -> date | None:
        """The last day of the roles, where every one of them ends."""
        ends = [grant.until for grant in self.grants]
        if not ends or None in ends:
            return None
        return (max(ends) - timedelta(microseconds=1)).astimezone(ZoneInfo(tools.zone)).date()

    def end_sessions(self, but: Session | None = None) -> None:
        """End every session of this user, or every other one."""
        ending = Session.update(ended_at=clock.now()).where(Session.user == self, Session.ended_at.is_null())
        if but is not None:
            ending = ending.where(Session.id != but.id)
        ending.execute()

    def living_sessions(self) -> ModelSelect[Session]:
        """The query of sessions that still open something, newest first."""
        now = clock.now()
        return self.sessions.where(
            Session.ended_at.is_null(), Session.seen_at > now - IDLE, Session.created_at > now - ABSOLUTE
        ).order_by(Session.seen_at.desc())

    def describe(self, *, name: str, locale: str) -> None:
        """Change one's own name and language."""
        if not name.strip():
            raise Invalid(_l("Fill in your name."), field="name")
        with db.atomic():
            self.name, self.locale = name.strip()[:200], locale if locale in ("en", "nl", "de") else ""
            self.save(only=[User.name, User.locale])
            Trace.leave(self, "user.changed", self)


class Grant(Record):
    """A role held by a user."""

    user = ForeignKeyField(User, backref="grants", on_delete="CASCADE")
    role = EnumField(Role)
    until = Moment(null=True)  # an auditor's role always has an end (AUD-06)

    class Meta:
        personal, plain = (), ("role", "until")
        indexes = ((("user", "role"), True),)

    @classmethod
    def give(cls, user: User, role: Role, until: date | None = None) -> Grant:
        """Give a role, to the end of a day if one is named; an auditor's ends by itself after ninety at most (AUD-06)."""
        longest = clock.now() + LONGEST_AUDIT if role is Role.AUDITOR else None
        end = _end_of(until) if until is not None else longest
        if end is not None and end <= clock.now():
            raise Invalid(_l("Choose a day that is still to come."), field="until")
        if end is not None and longest is not None and end > longest + timedelta(days=1):
            raise Invalid(_l("An auditor's role ends within 90 days."), field="until")
        return cls.create(user=user, role=role, until=end)


class Membership(Record):
    """A user in a team."""

    team = ForeignKeyField(Team, backref="memberships", on_delete="CASCADE")
    user = ForeignKeyField(User, backref="memberships", on_delete="CASCADE")

    class Meta:
        personal, plain = (), ()
        indexes = ((("user", "team"), True),)


class Session(Record):
    """A login that can be ended from the server; the cookie carries a token of which only the hash is kept."""

    code = code_field()
    user = ForeignKeyField(User, backref="sessions", on_delete="CASCADE")
    token = TextField(unique=True)
    created_at = Moment(default=clock.now)
    seen_at = Moment(default=clock.now)
    ended_at = Moment(null=True)
    proven_at = Moment(default=clock.now)  # when a password or a factor was last shown
    factor_at = Moment(null=True)  # when the second factor was
    address = TextField(default="")
    device = TextField(default="")

    class Meta:
        personal = ("address", "device")
        plain = ("code", "token", "created_at", "seen_at", "ended_at", "proven_at", "factor_at")

    @classmethod
    def start(cls, user: User, *, address: str = "", device: str = "") -> str:
        """Begin a session and return its token, shown once; a letter says so when it is from somewhere new."""
        from models.arriving import tell_of_a_new_place

        token = seal.new_token()
        with db.atomic():
            tell_of_a_new_place(user, address=address, device=device[:80])
            cls.create(user=user, token=seal.token_hash(token), address=address, device=device[:80])
        return token

    @classmethod
    def living(cls, token: str) -> Session | None:
        """The session of this token while neither ended, idle too long nor too old, and its user active."""
        now = clock.now()
        row = (
            cls.select(cls, User)
            .join(User)
            .where(
                cls.token == seal.token_hash(token),
                cls.ended_at.is_null(),
                cls.seen_at > now - IDLE,
                cls.created_at > now - ABSOLUTE,
                User.disabled_at.is_null(),
            )
            .first()
        )
        # Written at most once a minute: a page of 48 previews is not 48 commits.
        if row is not None and row.seen_at < now - timedelta(minutes=1):
            cls.update(seen_at=now).where(cls.id == row.id).execute()
        return row

    @property
    def is_fresh(self) -> bool:
        """Whether its user proved who she is a moment ago: what grave doors ask for (ASVS 7.5.3)."""
        return bool(self.proven_at > clock.now() - FRESH)

    def prove(self, *, factor: bool) -> str:
        """Note a fresh proof and return a new token; the one before opens nothing any more (ASVS 7.2.4)."""
        token, now = seal.new_token(), clock.now()
        said = {"proven_at": now, "token": seal.token_hash(token)} | ({"factor_at": now} if factor else {})
        mine = (Session.id == self.id) & (Session.token == self.token) & Session.ended_at.is_null()
        Session.update(said).where(mine).execute()
        return token

    def end(self) -> None:
        """End this session; its cookie answers for nobody from now on."""
        with db.atomic():
            Session.update(ended_at=clock.now()).where(Session.id == self.id).execute()
            Trace.leave(self.user, "user.logout", self.user)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(tools.zone)).astimezone(UTC)
