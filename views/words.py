"""A verdict in words a person understands: what each reason says, and the next step as a link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import g, url_for
from flask_babel import format_timedelta, get_locale, gettext, lazy_gettext, ngettext
from flask_login import current_user

from models import copies, reason_words
from models.album import Album
from models.circumstance import Kind
from models.errors import NotCleared
from models.import_rows import Row
from models.permission import Permission, Role, should_not_meet
from models.person import Person, Relation
from models.photo import Photo
from models.reasons import HIDDEN, Clearance, Code, Next, Reason, State
from models.use import Use
from views.pages import day

_ = lazy_gettext

STATES = {
    State.CLEARED: _("Cleared"),
    State.ENDS_SOON: _("Ends soon"),
    State.UNCLEAR: _("Unclear"),
    State.BLOCKED: _("Blocked"),
}

LABELS: dict[Next, Any] = {
    Next.ASK_CONSENT: _("Ask %(name)s"),
    Next.RENEW_CONSENT: _("Ask %(name)s to renew"),
    Next.REMIND: _("Remind %(name)s"),
    Next.NAME_FACE: _("Name the face"),
    Next.CONFIRM_PEOPLE: _("Check who is in it"),
    Next.RESOLVE_NAMES: _("Check the names"),
    Next.USE_MASKED_COPY: _("Use a copy without %(name)s"),
    Next.PICK_OTHER_USE: _("See other uses"),
    Next.ASK_GUARDIAN: _("Ask a parent of %(name)s"),
    Next.ASK_DPO: _("Ask the privacy officer"),
    Next.SHORTEN_PERIOD: _("Choose an earlier last day"),
    Next.SET_RIGHTS: _("Fill in the rights"),
    Next.CHECK_SECRECY: _("Check the photo"),
    Next.TELL_PERSON: _("Tell %(name)s"),
}


@dataclass(frozen=True)
class Why:
    """One reason as shown: its state, a sentence, and a step to take (label, address) if there is one."""

    state: State
    text: str
    step: tuple[str, str] | None


@dataclass(frozen=True)
class Badge:
    """The inline status of one photo for one use."""

    state: State
    label: str
    reasons: list[Why]


def badges(photos: Iterable[Photo], use: Use, clearances: dict[str, Clearance]) -> dict[str, Badge]:
    """The badges of a page of photos, names looked up in one query and only for who may know them (EMP-03)."""
    names = _names(clearances.values())
    return {photo.code: badge(photo, use, clearances[photo.code], names) for photo in photos}


def badges_of(photo: Photo, verdicts: dict[Use, Clearance]) -> list[tuple[Use, Badge]]:
    """The badges of one photo for several uses, with one look-up of names."""
    names = _names(verdicts.values())
    return [(use, badge(photo, use, clearance, names)) for use, clearance in verdicts.items()]


def badge(photo: Photo, use: Use, clearance: Clearance, names: dict[str, str] | None = None) -> Badge:
    """The badge of one photo."""
    names = _names([clearance]) if names is None else names
    whys = list(
        dict.fromkeys(_why(reason, photo, use, names) for reason in clearance.reasons if not reason.lifted)
    )
    lifted = _exceptions(clearance, names)
    told = [*lifted, *whys] if clearance.allows else [*whys, *lifted]
    return Badge(clearance.state, _label(clearance), told)


def _label(clearance: Clearance) -> str:
    if clearance.allows and clearance.overrides:
        return gettext("Exception until %(day)s", day=day(clearance.valid_through, "d MMM"))
    if clearance.state is State.ENDS_SOON:
        return gettext("Ends %(day)s", day=day(clearance.valid_through, "d MMM"))
    return str(STATES[clearance.state])


def _exceptions(clearance: Clearance, names: dict[str, str]) -> list[Why]:
    """What was let stand, a sentence per last day (PUB-07)."""
    found: dict[tuple[State, date | None], dict[str, None]] = {}
    for reason in (reason for reason in clearance.reasons if reason.lifted):
        name = names.get(reason.person or "") or gettext(reason_words.ANONYMOUS)
        said = reason_words.doubt(reason, name, gettext)
        found.setdefault((reason.state, reason.until), {})[said] = None
    return [
        Why(state, reason_words.by_exception(day(until), list(doubts), gettext), None)
        for (state, until), doubts in found.items()
    ]


def _names(clearances: Iterable[Clearance]) -> dict[str, str]:
    if not current_user.is_authenticated or not current_user.may(Permission.SEE_REASONS):
        return {}
    codes = {reason.person for clearance in clearances for reason in clearance.reasons if _may_name(reason)}
    return Person.names(codes)


def _may_name(reason: Reason) -> bool:
    # That someone asked for erasure or lives in hiding is for the privacy officer alone (2.3).
    return reason.person is not None and (reason.code not in HIDDEN or current_user.may(Permission.SEE_ALL))


def _why(reason: Reason, photo: Photo, use: Use, names: dict[str, str]) -> Why:
    name = names.get(reason.person or "") or gettext(reason_words.ANONYMOUS)
    return Why(
        reason.state,
        sentence(reason, name),
        _step(reason, photo, use, name) if names or not reason.person else None,
    )


def sentence(reason: Reason, name: str) -> str:
    """What a reason says in the reader's language."""
    return reason_words.sentence(reason, name, day(reason.until), gettext)


def _step(reason: Reason, photo: Photo, use: Use, name: str) -> tuple[str, str] | None:
    if reason.next in (Next.NONE, Next.WAIT) or reason.next not in LABELS:
        return None
    target = _target(reason, photo, use)
    if reason.next is Next.USE_MASKED_COPY and not current_user.may(Permission.DELIVER):
        return gettext("Choose another photo"), url_for("library.index", use=use.code, state="cleared")
    if reason.next is Next.USE_MASKED_COPY and not reason.person and target:
        return gettext("Use a masked copy"), target
    return (str(LABELS[reason.next]) % {"name": name.split(maxsplit=1)[0]}, target) if target else None


def _target(reason: Reason, photo: Photo, use: Use) -> str | None:
    may = current_user.may
    if reason.next in (Next.ASK_CONSENT, Next.RENEW_CONSENT, Next.ASK_GUARDIAN) and may(Permission.ASK):
        return url_for("consents.ask", person=reason.person, photo=photo.code, use=use.code)
    if reason.next is Next.CHECK_SECRECY and may(Permission.NAME):
        return url_for("photos.show", code=photo.code) + "#secrecy"
    if reason.next is Next.TELL_PERSON and may(Permission.BASES):
        return url_for("people.show", code=reason.person) + "#bases"
    if reason.next is Next.REMIND and may(Permission.ASK):
        return url_for("people.show", code=reason.person)
    if reason.next is Next.NAME_FACE and may(Permission.NAME):
        return url_for("faces.index", photo=photo.code)
    if reason.next in (Next.CONFIRM_PEOPLE, Next.RESOLVE_NAMES) and may(Permission.NAME):
        return url_for("photos.show", code=photo.code) + "#people"
    if reason.next is Next.SET_RIGHTS and may(Permission.EDIT):
        return url_for("photos.edit", code=photo.code)
    if reason.next is Next.USE_MASKED_COPY and may(Permission.DELIVER):
        return url_for("copies.new", code=photo.code, use=use.code)
    if reason.next is Next.PICK_OTHER_USE:
        return url_for("photos.show", code=photo.code)
    return None


def reason_json(reason: Reason) -> dict[str, Any]:
    """A reason for programs: code, sentence without a name, the person's code for who may know it (EMP-03), next step."""
    knows = current_user.is_authenticated and current_user.may(Permission.SEE_REASONS) and _may_name(reason)
    return {
        "code": reason.code.value,
        "text": sentence(reason, gettext(reason_words.ANONYMOUS)),
        "person": reason.person if knows else None,
        "next": reason.next.value,
    }


def refusal_reasons(refusal: NotCleared) -> list[Why]:
    """The obstacles of a refused delivery, in words, with their next steps."""
    return reasons_of(refusal.values["photo"], refusal.values["use"], refusal.clearance)


def reasons_of(photo: Photo, use: Use, clearance: Clearance) -> list[Why]:
    """What refuses in this answer, in words, with its next steps."""
    return [
        why for why in badge(photo, use, clearance).reasons if why.state in (State.UNCLEAR, State.BLOCKED)
    ]


def doubt_words(reasons: list[Reason]) -> list[str]:
    """What is not known, in words; names for who may know them."""
    knows = current_user.may(Permission.SEE_REASONS)
    names = Person.names(reason.person for reason in reasons) if knows else {}
    said = (
        sentence(reason, names.get(reason.person or "") or gettext(reason_words.ANONYMOUS))
        for reason in reasons
    )
    return list(dict.fromkeys(said))


def album_words(album: Album) -> str:
    """What an album is called, for who may look into it."""
    if "albums" not in g:
        g.albums = {row.code for row in current_user.albums()}
    return str(album.title) if album.code in g.albums else gettext("an album of another team")


def copy_offer(photo: Photo, use: Use) -> copies.Offer | None:
    """The masked copy that would open the door, for whoever may make one."""
    return copies.offer(photo, use) if current_user.may(Permission.DELIVER) else None


def offer_words(offer: copies.Offer) -> str:
    """Whom the copy leaves out: by name for who may know it, else how many."""
    names = [name.split(maxsplit=1)[0] for name in _told_names(offer)]
    if len(names) == len(offer.faces) == 1:
        return gettext("Use a copy without %(name)s", name=names[0])
    if len(names) == len(offer.faces) == 2:
        return gettext("Use a copy without %(name)s and %(other)s", name=names[0], other=names[1])
    return ngettext(
        "Use a copy without %(num)s person", "Use a copy without %(num)s people", len(offer.faces)
    )


def _told_names(offer: copies.Offer) -> list[str]:
    found = _names([offer.refusal])
    return [found[code] for code in offer.people if code in found]


RELATIONS = {
    Relation.VISITOR: _("Visitor"),
    Relation.EMPLOYEE: _("Employee"),
    Relation.VOLUNTEER: _("Volunteer"),
    Relation.PATIENT: _("Patient"),
    Relation.PUPIL: _("Pupil"),
    Relation.RESIDENT: _("Resident"),
    Relation.OTHER: _("Other"),
}
CHOICES = {
    "given": _("yes"),
    "refused": _("no"),
    "withdrawn": _("withdrawn"),
    "ended": _("ended"),
    "unknown": _("no proof"),
    "renewed": _("yes"),
    "void": _("not valid"),
    "doubted": _("in doubt"),
}


CIRCUMSTANCES = {
    Kind.OBJECTION: _("Objects to use without consent"),
    Kind.OBJECTION_MARKETING: _("Objects to advertising"),
    Kind.LEFT: _("No longer works or studies here"),
    Kind.DECEASED: _("Has died"),
    Kind.PROTECTED: _("Must not be shown, for their safety"),
    Kind.RESTRICTED: _("Asked us not to use anything for now"),
    Kind.UNRECOGNISED: _("Asked not to be recognised by the computer"),
}


INQUIRIES = {
    "other": _("Something else"),
    "not-me": _("I am not in this photo"),
    "not-shown": _("I don't want this photo shown"),
}


ROLES = {
    Role.VIEWER: (_("Viewer"), _("Looks at photos and their status.")),
    Role.CONTRIBUTOR: (_("Contributor"), _("Uploads photos, such as a photographer.")),
    Role.EDITOR: (_("Editor"), _("Names people, asks for consent, downloads for a use.")),
    Role.CONSENT_OFFICER: (_("Consent officer"), _("Looks after texts, consents and their proof.")),
    Role.DPO: (
        _("Data protection officer"),
        _("Sees everything, reads the trail, decides about recognition."),
    ),
    Role.AUDITOR: (_("Auditor"), _("Reads the trail, and nothing else.")),
    Role.ADMIN: (_("Administrator"), _("Users and settings; no photos.")),
}


def role_words(role: Role) -> str:
    """What a role is called."""
    return str(ROLES[Role(role)][0])


def role_about(role: Role) -> str:
    """What a role is for."""
    return str(ROLES[Role(role)][1])


def relation_words(relation: str) -> str:
    """What ties someone to the organisation."""
    return str(RELATIONS[Relation(relation)])


def relation_choices(relations: Iterable[str]) -> list[tuple[str, str]]:
    """Choices for a select."""
    return [(relation, relation_words(relation)) for relation in relations]


def choice_words(state: str) -> str:
    """A person's answer in one word."""
    return str(CHOICES[state])


def circumstance_words(kind: str) -> str:
    """What about a person counts besides consent."""
    return str(CIRCUMSTANCES[Kind(kind)])


def circumstance_choices() -> list[tuple[str, str]]:
    """Choices for a select of circumstances."""
    return [(kind.value, str(words)) for kind, words in CIRCUMSTANCES.items()]


def use_choices(uses: Iterable[Use]) -> list[tuple[str, str]]:
    """Choices for a select of uses, in the reader's language."""
    return [(use.code, use.name_in(str(get_locale()))) for use in uses]


def row_notes(row: Row) -> list[str]:
    """Why a row of an imported list stands so, in the reader's language."""
    return [gettext(words) % values if values else gettext(words) for words, values in row.notes]


def inquiry_words(kind: str) -> str:
    """What someone asks for, in her own words."""
    return str(INQUIRIES[kind])


def cause_words(cause: str, name: str) -> str:
    """Why a copy must go, with the name of whoever said no for those who may know it."""
    reason = Reason(code=Code(cause), next=Next.NONE)
    return reason_words.sentence(reason, name or gettext(reason_words.ANONYMOUS), "", gettext)


def time_words(left: timedelta) -> str:
    """A stretch of time as one says it: minutes, hours or days."""
    return str(format_timedelta(max(left, timedelta(minutes=1)), granularity="minute"))


VOCABULARY = {
    "album_words": album_words,
    "doubt_words": doubt_words,
    "copy_offer": copy_offer,
    "offer_words": offer_words,
    "time_words": time_words,
    "cause_words": cause_words,
    "inquiry_words": inquiry_words,
    "refusal_reasons": refusal_reasons,
    "relation_words": relation_words,
    "choice_words": choice_words,
    "circumstance_words": circumstance_words,
    "circumstance_choices": circumstance_choices,
    "role_words": role_words,
    "should_not_meet": should_not_meet,
    "role_about": role_about,
}
