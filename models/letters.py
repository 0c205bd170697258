"""Writes the letters: which template, with which values, for each kind of notice."""

from __future__ import annotations

from typing import Any

from adapters.mail import MailRefused
from models import evidence, forgotten, my_page, renewing
from models.album import Album
from models.base import tools
from models.breach import Breach, Told
from models.break_glass import BreakGlass
from models.claim import Claim
from models.claim_digits import ClaimDigits
from models.claim_letter import ClaimLetter
from models.consent import Consent, Line
from models.delivery import Delivery
from models.draft import Draft
from models.entry import Entry
from models.factor import RecoveryCode
from models.inquiry import Inquiry
from models.notice import Notice, NoticeKind
from models.publication import Publication
from models.request import Request
from models.retention import RULES
from models.setting import Setting
from models.takedown import TakeDown
from models.token import ApiToken
from models.user import User
from models.webhook import Webhook

MOST_CHECKS = 100  # links in one letter
Written = tuple[str, str, str, list[tuple[str, str, bytes]]]


def write(notice: Notice) -> Written:
    """Subject, text, HTML and attachments of a notice, in its reader's language."""
    values, files = _WRITERS[notice.kind](notice)
    lang = notice.locale
    shared = {"name": notice.reader.name, "organisation": str(Setting.of("organisation")), **values}
    text = tools.typesetter.set(f"mail/{notice.kind.value}.txt", lang, **shared)
    subject, _, body = text.partition("\n")
    html = tools.typesetter.set(
        "mail/letter.html", lang, **shared | {"subject": subject, "paragraphs": body.strip().split("\n\n")}
    )
    return subject.strip(), body.strip() + "\n", html, files


def _request(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    request = Request.get(Request.code == notice.values["request"])
    uses = [use.name_in(notice.locale) for use in request.uses()]
    signed = renewing.prior(request) if request.renews else None
    return {"link": request.link, "expires": request.expires_at, "uses": uses, "person": request.person.name,
            "minor": request.guardian_id is not None, "mine": my_page.link(request.signer),
            "back": signed.withdrawal_link if signed else ""}, []  # fmt: skip


def _code(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    draft = Draft.get_or_none(Draft.id == notice.values["draft"])
    if draft is None:  # signed meanwhile, or sent once more: this number opens nothing
        raise MailRefused("the code is no longer needed", permanent=True)
    return {"code": draft.number}, []


def _receipt(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    consent = Consent.get(Consent.code == notice.values["consent"])
    data = evidence.receipt(consent)
    files = [
        (f"consent-{consent.code}.pdf", "application/pdf", data),
        (f"consent-{consent.code}.json", "application/json", evidence.receipt_json(consent)),
    ]
    reader = consent.guardian or consent.person
    return {"link": consent.withdrawal_link, "my": my_page.link(reader)}, files


def _withdrawn(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    lines = list(Line.select().where(Line.code.in_(notice.values["lines"])))
    uses = [line.use.name_in(notice.locale) for line in lines if line.use is not None]
    child = notice.guardian.person.name if notice.guardian else ""
    return {"uses": uses, "recognition": any(line.use_id is None for line in lines), "child": child}, []


def _ending(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    lines = list(Line.select().where(Line.code.in_(notice.values["lines"])).order_by(Line.number))
    person = lines[0].person
    uses = [line.use.name_in(notice.locale) for line in lines if line.use]
    link = f"{tools.base_url}/people/{person.code}"
    return {"person": person.name, "uses": uses, "until": lines[0].valid_until, "link": link}, []


def _takedown(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    codes = notice.values.get("takedowns") or [notice.values["takedown"]]
    tasks = list(TakeDown.select().where(TakeDown.code.in_(codes)).order_by(TakeDown.due_on))
    if not tasks:
        raise MailRefused("the tasks are gone", permanent=True)
    where = [
        (task.publication.url or task.publication.medium) if task.publication else task.delivery.recipient
        for task in tasks
    ]
    return {"where": where, "due": tasks[0].due_on, "link": f"{tools.base_url}/takedowns"}, []


def _disposition(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    return {"link": f"{tools.base_url}/dispositions"}, []


def _retention(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    rule = RULES[notice.values["of"]]
    data = tools.typesetter.gettext(rule.data, notice.locale)
    return {"data": data, "link": f"{tools.base_url}/compliance/retention"}, []


def _share(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    share = notice.reader
    return {"link": share.link, "until": share.expires_on, "use": share.use.name_in(notice.locale)}, []


def _share_recall(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    codes = notice.values["photos"]
    return {
        "photos": codes,
        "checks": [f"{tools.base_url}/check/{code}" for code in notice.values["deliveries"]],
    }, []


def _recipient(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    row = notice.reader
    went = Delivery.select(Delivery.code).where(Delivery.code.in_(row.codes)).order_by(Delivery.id)
    shown = Publication.select().where(Publication.code.in_(row.codes)).order_by(Publication.id)
    return {
        "right": row.claim.right.value, "where": [each.url or each.medium for each in shown],
        "checks": [f"{tools.base_url}/check/{each.code}" for each in went.limit(MOST_CHECKS)],
        "more": max(0, went.count() - MOST_CHECKS),
    }, []  # fmt: skip


def _coming_of_age(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    if notice.person is None:
        raise MailRefused("the person is no longer on file", permanent=True)
    return {"day": notice.person.of_age_on(), "link": my_page.link(notice.person)}, []


def _my_code(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    entry = Entry.get_or_none(Entry.code == notice.values["entry"])
    if entry is None or entry.sealed is None:  # typed meanwhile, or a day old
        raise MailRefused("the code is no longer needed", permanent=True)
    return {"code": entry.number}, []


def _my_link(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    reader = notice.guardian or notice.person
    if reader is None:
        raise MailRefused("the person is no longer on file", permanent=True)
    return {
        "link": my_page.link(reader),
        "person": notice.guardian.person.name if notice.guardian else "",
    }, []


def _inquiry(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    inquiry = Inquiry.get(Inquiry.code == notice.values["inquiry"])
    return {
        "link": f"{tools.base_url}/inquiries/{inquiry.code}",
        "due": inquiry.due_on,
        "code": inquiry.code,
    }, []


def _claim(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    claim = Claim.get(Claim.code == notice.values["claim"])
    return {"link": f"{tools.base_url}/claims/{claim.code}", "due": claim.due.day, "code": claim.code}, []


def _claim_digits(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    row = ClaimDigits.get_or_none(ClaimDigits.code == notice.values["claim_digits"])
    if row is None or row.sealed is None:  # typed meanwhile, or a day old
        raise MailRefused("the code is no longer needed", permanent=True)
    return {"code": row.number}, []


def _claim_letter(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    letter = ClaimLetter.get(ClaimLetter.code == notice.values["letter"])
    return {"subject": letter.subject, "words": letter.words}, []


def _security(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    left = RecoveryCode.left(notice.user) if notice.user else 0
    return {"what": notice.values["what"], "left": left}, []


def _password(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    if notice.user is None or not notice.user.is_active:
        raise MailRefused("the account is closed", permanent=True)
    return {"link": forgotten.link(notice.user), "login": f"{tools.base_url}/login"}, []


def _upkeep(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    what = notice.values["what"]
    page = "work" if what == "damage" else "backups"
    return {"what": what, "days": tools.backups.days, "link": f"{tools.base_url}/settings/{page}"}, []


def _glass(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    row = BreakGlass.get_or_none(BreakGlass.code == notice.values["glass"])
    if row is None:
        raise MailRefused("the account is gone", permanent=True)
    return {"who": row.user.name, "until": row.until, "link": f"{tools.base_url}/emergency-access"}, []


def _quota(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    who = User.get_or_none(User.code == notice.values["who"])
    if who is None:
        raise MailRefused("the account is gone", permanent=True)
    return {"who": who.name, "most": notice.values["most"], "link": f"{tools.base_url}/files-taken-out"}, []


def _token(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    made = ApiToken.get_or_none(ApiToken.code == notice.values["token"])
    if made is None:
        raise MailRefused("the token is gone", permanent=True)
    return {"scopes": made.scopes, "link": f"{tools.base_url}/account/tokens"}, []


def _breach(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    told = Told.get(Told.code == notice.values["told"])
    return {**told.words, "contact": str(Setting.of("privacy_email")), "day": told.breach.aware_at}, []


def _breach_late(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    breach = Breach.get(Breach.code == notice.values["breach"])
    link = f"{tools.base_url}/compliance/breaches/{breach.code}"
    return {"link": link, "due": breach.due_at, "code": breach.code}, []


def _webhook_off(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    hook = Webhook.get(Webhook.code == notice.values["webhook"])
    return {
        "url": hook.url,
        "why": hook.ended_why,
        "link": f"{tools.base_url}/settings/webhooks/{hook.code}",
    }, []


def _stranger(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    album = Album.get_or_none(Album.code == notice.values["album"])
    if album is None:
        raise MailRefused("the album is no longer on file", permanent=True)
    return {"album": album.title, "link": f"{tools.base_url}/albums/{album.code}/recognition"}, []


def _head(notice: Notice) -> tuple[dict[str, Any], list[Any]]:
    return {"note": notice.values["note"]}, [("trail-head.txt", "text/plain", notice.values["note"].encode())]


_WRITERS = {
    NoticeKind.REQUEST: _request,
    NoticeKind.RENEWAL: _request,
    NoticeKind.CODE: _code,
    NoticeKind.RECEIPT: _receipt,
    NoticeKind.WITHDRAWN: _withdrawn,
    NoticeKind.ENDING: _ending,
    NoticeKind.TRAIL_HEAD: _head,
    NoticeKind.TAKEDOWN: _takedown,
    NoticeKind.LATE_TAKEDOWN: _takedown,
    NoticeKind.LATE_DISPOSITION: _disposition,
    NoticeKind.LATE_RETENTION: _retention,
    NoticeKind.SHARE: _share,
    NoticeKind.SHARE_RECALL: _share_recall,
    NoticeKind.RECIPIENT: _recipient,
    NoticeKind.COMING_OF_AGE: _coming_of_age,
    NoticeKind.MY_CODE: _my_code,
    NoticeKind.MY_LINK: _my_link,
    NoticeKind.INQUIRY: _inquiry,
    NoticeKind.SECURITY: _security,
    NoticeKind.UPKEEP: _upkeep,
    NoticeKind.GLASS: _glass,
    NoticeKind.QUOTA: _quota,
    NoticeKind.PROGRAM: _token,
    NoticeKind.NEW_PASSWORD: _password,
    NoticeKind.WEBHOOK_OFF: _webhook_off,
    NoticeKind.INQUIRY_RECEIVED: _inquiry,
    NoticeKind.STRANGER: _stranger,
    NoticeKind.CLAIM: _claim,
    NoticeKind.CLAIM_LATE: _claim,
    NoticeKind.CLAIM_DIGITS: _claim_digits,
    NoticeKind.CLAIM_LETTER: _claim_letter,
    NoticeKind.BREACH: _breach,
    NoticeKind.BREACH_LATE: _breach_late,
}
