"""Which field about somebody each role is shown: the permissions that open it, beside the table of what each role may do (GOV-10)."""

from __future__ import annotations

from dataclasses import dataclass

from models.permission import GRANTS, Permission, Role

P = Permission


@dataclass(frozen=True)
class Field:
    """Something kept about a person, and the permissions of which each alone opens it."""

    name: str
    opened_by: frozenset[Permission]
    of_a_team: bool = False  # only in the albums of one's own teams, unless one sees all
    in_proof: bool = False  # stands in what was signed, which whoever may see evidence reads as it was signed
    by_letter: bool = False  # stands in letters too, which an administrator reads while no mail server is set


def _by(*permissions: Permission) -> frozenset[Permission]:
    return frozenset(permissions)


# A table is read by its rows.
# fmt: off
FIELDS: dict[str, Field] = {
    "name": Field("name of someone photographed", _by(P.PEOPLE, P.SEE_REASONS), by_letter=True),
    "refuser": Field("who said no", _by(P.PEOPLE, P.SEE_REASONS)),
    "email": Field("address of someone photographed", _by(P.CONTACTS), by_letter=True),
    "note": Field("note about someone photographed", _by(P.CONTACTS)),
    "guardian": Field("name of a guardian or speaker", _by(P.CONTACTS)),
    "guardian_mail": Field("address of a guardian or speaker", _by(P.CONTACTS)),
    "signer": Field("who signed", _by(P.CONSENTS)),
    "circumstance": Field("circumstance that changes what is allowed", _by(P.CONTACTS)),
    "protected": Field("that someone lives in hiding, and why", _by(P.SEE_ALL)),
    "voiding": Field("why the organisation ended a consent", _by(P.CONSENTS)),
    "takedown_note": Field("what was done to take a copy down", _by(P.WITHDRAW), of_a_team=True),
    "evidence": Field("evidence of a ground other than consent", _by(P.EVIDENCE)),
    "objection": Field("objection noted on the spot", _by(P.SEE_REASONS), of_a_team=True),
    "campaign": Field("name of a campaign", _by(P.CONSENTS)),
    "list": Field("name of an imported list", _by(P.ASK)),
    "album": Field("title of an album", _by(P.SEE), of_a_team=True, in_proof=True),
    "title": Field("title of a photo", _by(P.SEE), of_a_team=True),
    "caption": Field("caption of a photo", _by(P.SEE), of_a_team=True),
    "alt": Field("description of a photo", _by(P.SEE), of_a_team=True),
    "tag": Field("tag of a photo", _by(P.SEE), of_a_team=True),
    "file": Field("file name of a photo", _by(P.SEE), of_a_team=True),
    "medium": Field("where a photo is shown", _by(P.SEE), of_a_team=True),
    "exception": Field("why a doubt about a photo was let stand", _by(P.BASES), of_a_team=True),
    "recipient": Field("who was given a file", _by(P.DELIVER, P.WITHDRAW), of_a_team=True),
    "purpose": Field("why an original was taken out", _by()),
    "share": Field("whom a link was made for", _by(P.DELIVER), of_a_team=True, by_letter=True),
    "share_mail": Field("address a link was sent to", _by(), by_letter=True),
    "token": Field("name of a program's token", _by(P.USERS)),
    "staff_mail": Field("address of a colleague", _by(P.USERS, P.REVIEW)),
}
# fmt: on


def shown(role: Role) -> frozenset[str]:
    """The fields this role is shown of its own teams, on all pages and calls together."""
    held = GRANTS[role]
    letters = P.SETTINGS in held
    return frozenset(
        key for key, field in FIELDS.items() if field.opened_by & held or (field.by_letter and letters)
    )


def shown_elsewhere(role: Role) -> frozenset[str]:
    """The fields this role is shown of teams it isn't in."""
    everything = P.SEE_ALL in GRANTS[role]
    return frozenset(
        key
        for key in shown(role)
        if everything
        or not FIELDS[key].of_a_team
        or not FIELDS[key].opened_by & GRANTS[role]
        or _is_in_proofs(key, role)
    )


def _is_in_proofs(key: str, role: Role) -> bool:
    return FIELDS[key].in_proof and P.EVIDENCE in GRANTS[role]


def document() -> str:
    """docs/compliance/access.md: roles by permissions and by fields, as the tables say."""
    head = f"| | {' | '.join(role.value for role in Role)} |\n|---|{'---|' * len(Role)}"
    permissions = "\n".join(
        _row(permission.value, ["yes" if permission in GRANTS[role] else "" for role in Role])
        for permission in Permission
        if permission is not P.ACCOUNT
    )
    fields = "\n".join(_row(field.name, [_word(key, role) for role in Role]) for key, field in FIELDS.items())
    return INTRODUCTION.format(permissions=f"{head}\n{permissions}", fields=f"{head}\n{fields}")


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _word(key: str, role: Role) -> str:
    if key not in shown(role):
        return ""
    if not FIELDS[key].opened_by & GRANTS[role]:
        return "in letters"
    if P.SEE_ALL not in GRANTS[role] and _is_in_proofs(key, role):
        return "own teams, and in proofs"
    return "yes" if key in shown_elsewhere(role) else "own teams"


INTRODUCTION = """# Who may see and do what

Made from `models/permission.py` and `models/access_table.py`; a test fails when it differs from them. What is written here is what
the application does: `tests/views/test_matrix.py` knocks at every address as every role, and `tests/views/test_canaries.py` plants a
word in each field below and reads every page and call as every role.

A user may hold several roles and then has what they have together. Everyone has an account of one's own. A role that is not given a
thing is refused without learning whether it exists; what lies in the albums of another team answers as what is not there.

## What each role may do

{permissions}

## What each role is shown about people

"Own teams": in the albums of the teams one belongs to. "In proofs": also where somebody signed for that album alone, in the proof as it
was signed. "In letters": while no mail server is set, letters wait in the outbox folder and
the administrator reads them under Settings to hand them over; once `SMTP_URL` is set they are gone when sent.

{fields}
"""
