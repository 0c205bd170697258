"""Settings: the organisation, its users and teams, tokens, mail that waits, and work."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import backups, factor, health, organisation, outbox
from models.base import find, tools
from models.errors import Invalid, _l
from models.health import Beat
from models.job import Job
from models.permission import Permission, Role, should_not_meet
from models.scrub import Damage
from models.setting import Setting
from models.token import DAYS, SCOPES, ApiToken
from models.user import Team, User
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, go, page
from views.tokens import days_of_form

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.get("")
@needs(Permission.SETTINGS)
def index() -> Response:
    """The organisation's particulars and defaults."""
    return page("settings/index.html", settings=Setting.all(), countries=organisation.COUNTRIES)


@bp.post("")
@needs(Permission.SETTINGS, fresh=True)
@back_to(index)
def change() -> Response:
    """Keep them."""
    organisation.change(request.form, by=current_user)
    flash(gettext("Saved."))
    return go(url_for("settings.index"))


@bp.get("/users")
@needs(Permission.USERS)
def users() -> Response:
    """Everyone with an account."""
    everyone = list(User.select().order_by(User.disabled_at, User.name))
    clashing = [each for each in everyone if each.is_active and should_not_meet(each.roles)]
    return page("settings/users.html", users=everyone, clashing=clashing)


@bp.get("/users/new")
@needs(Permission.USERS)
def new_user() -> Response:
    """A new colleague."""
    return page("settings/user.html", user=None, roles=list(Role), teams=_teams(), link=None)


@bp.post("/users")
@needs(Permission.USERS, fresh=True)
@back_to(new_user)
def create_user() -> Response:
    """Make the account; its owner chooses a password by a one-time link."""
    form = request.form
    user = User.add(
        form.get("email", ""), form.get("name", ""), _roles(), by=current_user, teams=_chosen_teams(),
        until=_until(),
    )  # fmt: skip
    return _with_link(user)


@bp.get("/users/<code>")
@needs(Permission.USERS)
def user(code: str) -> Response:
    """One account: roles and teams."""
    return page(
        "settings/user.html", user=find(User.select(), code), roles=list(Role), teams=_teams(), link=None
    )


@bp.post("/users/<code>")
@needs(Permission.USERS, fresh=True)
@back_to(user)
def change_user(code: str) -> Response:
    """Keep roles and teams; who loses a role is logged out at once."""
    chosen = find(User.select(), code)
    roles = _roles()
    if chosen == current_user and Role.ADMIN not in roles:
        raise Invalid(
            _l("You can't take the administrator's role from yourself. Ask another administrator."),
            field="role",
        )
    until = _until()
    if roles != set(chosen.roles) or until != chosen.roles_end():
        chosen.set_roles(roles, by=current_user, until=until)
    chosen.set_teams(_chosen_teams(), by=current_user)
    flash(gettext("Saved."))
    return go(url_for("settings.users"))


@bp.post("/users/<code>/invite")
@needs(Permission.USERS, fresh=True)
def invite(code: str) -> Response:
    """A new one-time link to choose a password."""
    return _with_link(find(User.select(), code))


@bp.post("/users/<code>/disable")
@needs(Permission.USERS, fresh=True)
def disable(code: str) -> Response:
    """Close the account: sessions and tokens end at once."""
    chosen = find(User.select(), code)
    if chosen == current_user:
        raise Invalid(_l("You can't close your own account. Ask another administrator."))
    chosen.disable(by=current_user)
    flash(gettext("The account is closed."))
    return go(url_for("settings.users"))


@bp.post("/users/<code>/enable")
@needs(Permission.USERS, fresh=True)
def enable(code: str) -> Response:
    """Open the account again."""
    find(User.select(), code).enable(by=current_user)
    return go(url_for("settings.user", code=code))


@bp.post("/users/<code>/factor/reset")
@needs(Permission.USERS, fresh=True)
def reset_factor(code: str) -> Response:
    """Somebody lost phone and paper: factors and sessions end, the next login sets one up anew."""
    factor.reset(find(User.select(), code), by=current_user)
    flash(gettext("At the next login a second factor is set up anew."))
    return go(url_for("settings.user", code=code))


@bp.get("/teams")
@needs(Permission.USERS)
def teams() -> Response:
    """The teams and who is in them."""
    return page("settings/teams.html", teams=_teams())


@bp.post("/teams")
@needs(Permission.USERS)
@back_to(teams)
def create_team() -> Response:
    """A new team."""
    Team.add(request.form.get("name", ""), by=current_user)
    return go(url_for("settings.teams"))


@bp.get("/tokens")
@needs(Permission.USERS)
def tokens() -> Response:
    """The keys of programs."""
    return _tokens(None)


@bp.post("/tokens")
@needs(Permission.USERS, fresh=True)
@back_to(tokens)
def create_token() -> Response:
    """A new token, shown once on this answer and kept only as a hash."""
    form = request.form
    owner = find(User.select().where(User.disabled_at.is_null()), form.get("user", ""))
    return _tokens(
        ApiToken.create_for(
            owner, form.getlist("scope"), by=current_user, name=form.get("name", ""), days=days_of_form()
        )
    )


@bp.post("/tokens/<code>/revoke")
@needs(Permission.USERS)
def revoke_token(code: str) -> Response:
    """End a token."""
    find(ApiToken.select(), code).revoke(by=current_user)
    return go(url_for("settings.tokens"))


@bp.get("/mail")
@needs(Permission.SETTINGS)
def mail() -> Response:
    """Letters that wait in the outbox."""
    return page(
        "settings/mail.html", letters=outbox.letters(by=current_user), waits=outbox.is_used(), letter=None
    )


@bp.get("/mail/<name>")
@needs(Permission.SETTINGS)
def letter(name: str) -> Response:
    """One of them."""
    return page("settings/mail.html", letters=[], waits=True, letter=outbox.letter(name, by=current_user))


@bp.get("/work")
@needs(Permission.JOBS)
def jobs() -> Response:
    """What waits, runs and failed, and why."""
    failed = Job.gave_up().order_by(Job.failed_at.desc()).limit(100)
    return page(
        "settings/jobs.html",
        waiting=list(Job.waiting().order_by(Job.due_at).limit(100)),
        failed=list(failed),
        damages=Damage.open(),
        scrubbed=Beat.of("scrub"),
        worker_works=health.worker_works(),
    )


@bp.post("/work/<code>/again")
@needs(Permission.JOBS)
def again(code: str) -> Response:
    """Try a failed duty once more."""
    find(Job.select(), code).again()
    return go(url_for("settings.jobs"))


@bp.get("/backups")
@needs(Permission.JOBS)
def kept() -> Response:
    """Where backups go, when the last was made, and how the last tries to restore went."""
    return page("settings/backups.html", standing=backups.standing())


@bp.get("/backups/drills/<code>")
@needs(Permission.JOBS)
def drill(code: str) -> Response:
    """The report of one restore that was tried out."""
    return page("settings/drill.html", drill=find(backups.Drill.select(), code))


@bp.post("/work/<code>/end")
@needs(Permission.JOBS)
def give_up(code: str) -> Response:
    """Let a failed duty go for good."""
    find(Job.select(), code).give_up(by=current_user)
    flash(gettext("It is not tried again."))
    return go(url_for("settings.jobs"))


def _with_link(chosen: User) -> Response:
    link = f"{tools.base_url}/welcome/{chosen.invite(by=current_user)}"
    return page("settings/user.html", user=chosen, roles=list(Role), teams=_teams(), link=link)


def _tokens(new: str | None) -> Response:
    rows = ApiToken.select(ApiToken, User).join(User).order_by(ApiToken.revoked_at, ApiToken.id.desc())
    active = User.select().where(User.disabled_at.is_null(), User.password.is_null(False)).order_by(User.name)
    return page(
        "settings/tokens.html", tokens=list(rows), users=list(active), scopes=SCOPES, days=DAYS, new=new
    )


def _teams() -> list[Team]:
    return list(Team.select().order_by(Team.name))


def _roles() -> set[Role]:
    chosen = set(request.form.getlist("role"))
    if not chosen or not chosen <= set(Role):
        raise Invalid(_l("Choose at least one role."), field="role")
    return {Role(role) for role in chosen}


def _until() -> date | None:
    return day_of(request.form.get("until", ""), "until")


def _chosen_teams() -> list[Team]:
    return list(Team.select().where(Team.code.in_(request.form.getlist("team"))))
