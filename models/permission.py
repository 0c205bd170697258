"""The permission table: what each role may do, in one place (GOV-10)."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing a user may do; every door names the one it needs."""

    SEE = "see"  # photos of the albums of one's teams
    SEE_ALL = "see-all"  # photos of every album
    SEE_REASONS = "see-reasons"  # who exactly keeps a photo from being used (EMP-03)
    UPLOAD = "upload"
    EDIT = "edit"  # titles, tags, albums of photos
    NAME = "name"  # say who is in a photo
    ERASE = "erase"  # photos, for good
    DELIVER = "deliver"  # take a file out for a use, through the gate
    ORIGINAL = "original"  # the original file, with a purpose
    PEOPLE = "people"  # the list of people and their pages
    CONTACTS = "contacts"  # addresses of people and guardians
    CONSENTS = "consents"  # who was asked and what was answered
    ASK = "ask"  # send requests
    WITNESS = "witness"  # let someone sign on one's own device
    BASES = "bases"  # grounds other than consent, and the records of events
    WITHDRAW = "withdraw"  # withdraw on someone's behalf
    EVIDENCE = "evidence"  # signed papers and receipts
    WORDINGS = "wordings"  # texts and uses
    TRAIL = "trail"
    COMPLIANCE = "compliance"  # assessments, recognition mode
    REGISTERS = "registers"  # read the registers, the month, proofs of retention and packs; change nothing
    RESTRAIN = "restrain"  # hold recognition back: off for one album, a search paused or stopped
    REVIEW = "review"  # who has an account and what for, looked at again every six months
    USERS = "users"  # accounts, roles, teams
    SETTINGS = "settings"
    JOBS = "jobs"
    GLASS = (
        "glass"  # take emergency access to photos, with a reason and before the eyes of the privacy officer
    )
    ACCOUNT = "account"  # one's own account


class Role(StrEnum):
    """A named set of permissions; a user may have several."""

    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    CONSENT_OFFICER = "consent-officer"
    DPO = "dpo"
    AUDITOR = "auditor"
    ADMIN = "admin"


P = Permission
# A table is read by its rows.
# fmt: off
_EDITOR = {
    P.SEE, P.SEE_REASONS, P.UPLOAD, P.EDIT, P.NAME, P.DELIVER, P.ORIGINAL, P.PEOPLE, P.CONTACTS, P.CONSENTS, P.ASK, P.WITHDRAW,
    P.WITNESS, P.RESTRAIN, P.ERASE,
}
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({P.SEE}),
    Role.CONTRIBUTOR: frozenset({P.SEE, P.SEE_REASONS, P.UPLOAD, P.WITNESS}),
    Role.EDITOR: frozenset(_EDITOR),
    Role.CONSENT_OFFICER: frozenset(
        {P.SEE, P.SEE_REASONS, P.NAME, P.PEOPLE, P.CONTACTS, P.CONSENTS, P.ASK, P.WITHDRAW, P.EVIDENCE, P.WORDINGS, P.BASES, P.WITNESS}
    ),
    Role.DPO: frozenset(
        {P.SEE, P.SEE_ALL, P.SEE_REASONS, P.ORIGINAL, P.PEOPLE, P.CONTACTS, P.CONSENTS, P.WITHDRAW, P.EVIDENCE}
        | {P.WORDINGS, P.TRAIL, P.COMPLIANCE, P.REGISTERS, P.BASES, P.RESTRAIN, P.ERASE, P.REVIEW}
    ),
    Role.AUDITOR: frozenset({P.TRAIL, P.REGISTERS}),
    # No photo rights by being an administrator: content, keys and logs never meet in one role.
    Role.ADMIN: frozenset({P.USERS, P.SETTINGS, P.JOBS, P.GLASS, P.REVIEW}),
}
# fmt: on


# Who opens accounts and sees settings must not also see what is kept, nor read what was written about it (GOV-10).
APART = frozenset(Permission) - GRANTS[Role.ADMIN] - {P.ACCOUNT}


def should_not_meet(roles: set[Role] | frozenset[Role]) -> bool:
    """Whether these roles put accounts and settings into one hand with content, evidence or the trail (GOV-10)."""
    return Role.ADMIN in roles and bool(granted(roles) & APART)


def granted(roles: set[Role] | frozenset[Role]) -> frozenset[Permission]:
    """Everything these roles may do together; everyone has her own account."""
    return frozenset({P.ACCOUNT}).union(*(GRANTS[role] for role in roles))
