"""What else a program has to know: albums, uses, and whom it acts for."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel import get_locale
from flask_login import current_user

from models import consent_list, quota
from models.album import Album
from models.permission import Permission, Role
from models.token import ANY, MOST_CALLS, SCOPES
from models.use import Channel, Use
from views.access import bearer
from views.api.calls import PAGING, call, listed
from views.api.shape import CODE, DAY, MOMENT, YES_NO, many, named, number, one_of, or_null, text, thing

TEAM = thing({"code": CODE, "name": text(200)})
ALBUM = named(
    "Album",
    thing(
        {"code": CODE, "title": text(200), "description": text(5000), "held_on": or_null(DAY), "team": TEAM}
    ),
)
USE = named(
    "Use",
    thing({
        "code": CODE, "name": text(200), "about": text(1000), "purpose": text(80), "channel": one_of(*Channel),
        "territory": text(80), "irreversible": YES_NO, "direct_marketing": YES_NO,
    }),
)  # fmt: skip
ME = thing({
    "code": CODE, "name": text(200), "email": text(254), "roles": many(one_of(*Role)),
    "permissions": many(one_of(*Permission)), "teams": many(TEAM), "scopes": many(one_of(*SCOPES)),
    "expires_at": or_null(MOMENT), "calls_a_minute": number(1, MOST_CALLS), "files_today": number(0, 1_000_000),
    "files_a_day": number(1, 1_000_000),
})  # fmt: skip
_TEAM = {"code": "t2e4a6m8xy", "name": "Communication"}


@call(
    "GET", "/albums", bearer("read", Permission.SEE), query=PAGING, answers={200: listed("albums", ALBUM)},
    example={
        "next": None,
        "albums": [
            {"code": "b8n4p6rtyz", "title": "Open day 2027", "description": "", "held_on": "2027-03-01", "team": _TEAM},
        ],
    },
)  # fmt: skip
def list_albums(cursor: str | None, limit: int | None) -> Any:
    """The albums you may see, newest first."""
    query = Album.with_teams(current_user.albums())
    rows, more = consent_list.page(query, cursor or "", limit or consent_list.PAGE, among=query)
    return {"albums": [_album(album) for album in rows], "next": more or None}


@call(
    "GET", "/uses", bearer("read", Permission.SEE), answers={200: thing({"uses": many(USE)})},
    example={
        "uses": [{
            "code": "website", "name": "Website", "about": "On our own website.", "purpose": "information",
            "channel": "website", "territory": "EU", "irreversible": False, "direct_marketing": False,
        }],
    },
)  # fmt: skip
def list_uses() -> Any:
    """The uses on offer, in the organisation's order; their codes are what `use` means everywhere."""
    locale = str(get_locale())
    return {"uses": [_use(use, locale) for use in Use.current()]}


@call(
    "GET", "/users/me", bearer(ANY, Permission.ACCOUNT), answers={200: ME},
    example={
        "code": "u2s4e6r8ab", "name": "Eva Editor", "email": "eva@voorbeeld.example", "roles": ["editor"],
        "permissions": ["see", "upload"], "teams": [_TEAM], "scopes": ["read", "publish"],
        "expires_at": "2027-03-01T09:30:00+00:00", "calls_a_minute": 600, "files_today": 12, "files_a_day": 500,
    },
)  # fmt: skip
def show_me() -> Any:
    """The user this token acts for, and what she may do; the token's scopes and end. Any scope will do.

    `files_today` of `files_a_day` were taken out by her so far, through the API or not.
    """
    today, ends = quota.standing(current_user), g.token.expires_at
    return {
        "code": current_user.code,
        "name": current_user.name,
        "email": current_user.email,
        "roles": sorted(current_user.roles),
        "permissions": sorted(current_user.permissions),
        "teams": [_team(team) for team in current_user.teams()],
        "scopes": g.token.scopes.split(),
        "expires_at": ends.isoformat() if ends else None,
        "calls_a_minute": MOST_CALLS,
        "files_today": today.files,
        "files_a_day": today.most,
    }


def _album(album: Album) -> dict[str, Any]:
    return {
        "code": album.code,
        "title": album.title,
        "description": album.description,
        "held_on": album.held_on.isoformat() if album.held_on else None,
        "team": _team(album.team),
    }


def _team(team: Any) -> dict[str, Any]:
    return {"code": team.code, "name": team.name}


def _use(use: Use, locale: str) -> dict[str, Any]:
    return {
        "code": use.code,
        "name": use.name_in(locale),
        "about": use.about_in(locale),
        "channel": use.channel.value,
        **{name: getattr(use, name) for name in ("purpose", "territory", "irreversible", "direct_marketing")},
    }
