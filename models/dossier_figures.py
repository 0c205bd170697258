"""Numbers and proofs as parts of the evidence pack: of today, or as they stood on a day that is past (GOV-09)."""

from __future__ import annotations

from dataclasses import fields

from models import backups, claim_register, measures, registers, retaining, retention, review, tally, trail
from models.consent import Consent
from models.erasure import Erasure
from models.errors import _l
from models.permission import GRANTS, Role
from models.sheets import Ask, Block, Section, Told, as_csv, as_json, prose, table
from models.trail import Head, public_key

TODAY_ONLY = _l(
    "This part is told by the running installation alone: of a day that is past it can't be reconstructed."
)


def of_consents(ask: Ask) -> Told:
    """Consents in numbers."""
    rows = Consent.select(Consent.means).where(Consent.signed_at < ask.until)
    counts = {"consents": rows.count(), "by_means": registers.counted(rows)}
    gap = _l("Consents that were erased since are not counted.")
    blocks = [table(
        "", ask.head(_l("How it was given"), _l("Consents")),
        [*counts["by_means"].items(), *([(ask.say(_l("all")), counts["consents"])] if counts["consents"] else [])], ask,
    )]  # fmt: skip
    return Told([("figures.json", as_json(counts))], [*blocks], ask.say(gap) if ask.past else "")


def of_retention(ask: Ask) -> Told:
    """The schedule as it stands, the last proof of each class, and what is kept longer."""
    runs = {run.key: run for run in retaining.last_runs(ask.until)}
    longer = retention.deviations(ask.until)
    kept = {
        rule.key: retention.amount(rule.key, ask.until)
        for rule in retention.SCHEDULE
        if not (ask.past and rule.operator)
    }
    said = {
        "terms": {key: f"{amount} {retention.RULES[key].unit}" for key, amount in kept.items()},
        "last_runs": [
            {"class": run.key, "at": run.at, "looked": run.looked, "acted": run.acted, "left": run.left, "failed": run.failed}
            for run in runs.values()
        ],
        "longer": [{"class": term.key, "reason": term.why} for term in longer],
    }  # fmt: skip
    rows = [
        (ask.say(rule.data), retention.in_words(kept[rule.key], rule.unit, ask.lang) if rule.key in kept else None, ask.say(rule.starts), ask.say(rule.then),
         f"{ask.moment(run.at)}: {run.acted}" + (f" ({run.failed})" if run.failed else "") if (run := runs.get(rule.key)) else None)
        for rule in retention.SCHEDULE
    ]  # fmt: skip
    head = ask.head(
        _l("Data"), _l("Kept"), _l("The clock starts"), _l("Then"), _l("Last run, and how many it took")
    )
    why = [(ask.say(retention.RULES[term.key].data), term.why) for term in longer]
    gap = _l("The terms of backups are set where the machine is run, and what they were then is not kept; of each class the last "
             "thirty runs are.")  # fmt: skip
    blocks = [
        table("", head, rows, ask),
        table(ask.say(_l("Kept longer than the shortest, and why")), ask.head(_l("Data"), _l("Why")), why, ask),
    ]  # fmt: skip
    return Told(
        [("schedule.md", retention.as_text().encode()), ("runs.json", as_json(said))], [*blocks],
        ask.say(gap) if ask.past else "",
    )  # fmt: skip


def of_requests(ask: Ask) -> Told:
    """Requests of people in numbers."""
    names = [field.name for field in fields(claim_register.Year)]
    rows = [[getattr(year, name) for name in names] for year in claim_register.years(ask.until)]
    head = ask.head(
        _l("Year"), _l("Right"), _l("Received"), _l("Answered"), _l("Refused"), _l("Extended"), _l("Late"),
        _l("Days to the answer (median)"),
    )  # fmt: skip
    gap = _l("Requests that were erased since, five years after their answer, are not counted.")
    return Told(
        [("register.csv", as_csv(names, rows))],
        [table("", head, rows, ask)],
        ask.say(gap) if ask.past else "",
    )


def of_measures(ask: Ask) -> Told:
    """The measures of Art. 32, as the installation says of itself."""
    if ask.past:
        return Told([], [], ask.say(TODAY_ONLY))
    text = measures.described()
    return Told([("measures.md", text.encode())], list(prose(text, "en")))


def of_access(ask: Ask) -> Told:
    """Who may do what, by codes, and that it was looked at."""
    roles = {role.value: sorted(map(str, GRANTS[role])) for role in Role}
    held = [row for row in review.reviews() if row.at < ask.until]
    if ask.past:
        listed = held[0].accounts if held else []
        rows = [(one["user"], ", ".join(one["roles"]), one["seen_at"][:10]) for one in listed]
    else:
        rows = [
            (account.user.code, ", ".join(account.roles), account.seen_at.date().isoformat() if account.seen_at else "")
            for account in review.accounts()
        ]  # fmt: skip
    reviews = [{"at": row.at, "by": row.by.code if row.by else "", "accounts": row.accounts} for row in held]
    gap = _l(
        "The accounts are those of the last review by that day; what each role may do is that of the version installed now."
    )
    blocks: list[Block] = [
        Section(ask.say(_l("What each role may do")), [(role, [", ".join(may)]) for role, may in roles.items()]),
        table(ask.say(_l("Accounts, by their codes")), ask.head(_l("Account"), _l("Roles"), _l("Last login")), rows, ask),
        table(ask.say(_l("Reviews")), ask.head(_l("Time"), _l("Accounts"), _l("Closed")),
              ((row.at, len(row.accounts), row.closed) for row in held), ask),
    ]  # fmt: skip
    return Told(
        [("matrix.json", as_json(roles)), ("reviews.json", as_json(reviews)),
         ("accounts.csv", as_csv(("account", "roles", "last_login"), rows))], blocks, ask.say(gap) if ask.past else "",
    )  # fmt: skip


def of_erasures(ask: Ask) -> Told:
    """What was erased, and restores that were tried out."""
    erased = [
        (row.number, row.noun, row.code, row.at, row.why, ask.had(row.tidied_at) or "")
        for row in Erasure.select().where(Erasure.at < ask.until).order_by(Erasure.number)
    ]  # fmt: skip
    columns = ("at", "snapshot", "rows", "objects", "seconds", "ok", "why")
    drills = [
        [drill.__data__[key] for key in columns]
        for drill in backups.Drill.select().where(backups.Drill.at < ask.until).order_by(backups.Drill.id)
    ]  # fmt: skip
    blocks: list[Block] = [
        table(ask.say(_l("Erasures")), ask.head(_l("Number"), _l("What"), _l("Code"), _l("Time"), _l("Why"), _l("Bytes gone")),
              reversed(erased), ask),
        table(ask.say(_l("Restores that were tried out")),
              ask.head(_l("Time"), _l("Snapshot"), _l("Rows"), _l("Files"), _l("Seconds"), _l("Worked"), _l("Why")),
              reversed(drills), ask),
    ]  # fmt: skip
    return Told(
        [("erasures.csv", as_csv(("number", "noun", "code", "at", "why", "bytes_gone_at"), erased)),
         ("drills.csv", as_csv(columns, drills))], blocks,
    )  # fmt: skip


def of_trail(ask: Ask) -> Told:
    """The chain verified, and its signed head."""
    head, verdict = None if ask.past else Head.sign(), trail.verify()
    if ask.past:
        head = Head.select().where(Head.at < ask.until).order_by(Head.seq.desc(), Head.id.desc()).first()
    said = {
        "lines": head.seq if head else 0, "first_bad": verdict.bad, "why": verdict.why, "public_key": public_key().hex(),
        "head": head.note.splitlines()[2] if head else "",
    }  # fmt: skip
    pairs = [
        (ask.say(_l("Lines up to that day") if ask.past else _l("Lines")), [str(said["lines"])]),
        (ask.say(_l("First bad line")), [str(verdict.bad or ask.say(_l("none: every line is as it was written"))), verdict.why]),
        (ask.say(_l("Signed head")), (head.note if head else "–").splitlines()),
        (ask.say(_l("Public key")), [public_key().hex()]),
    ]  # fmt: skip
    gap = _l(
        "The chain was verified as a whole when this pack was made; the head is the last one signed by the end of that day."
    )
    return Told(
        [("verification.json", as_json(said)), ("head.txt", (head.note if head else "").encode())],
        [Section(ask.say(_l("Verification")), pairs)], ask.say(gap) if ask.past else "",
    )  # fmt: skip


def of_recognition(ask: Ask) -> Told:
    """What humans said of the guesses."""
    if ask.past:
        return Told([], [], ask.say(TODAY_ONLY))
    rows = [(row.band, row.up_to, row.confirmed, row.rejected) for row in tally.table()]
    head = ask.head(_l("Band"), _l("Distance up to"), _l("Confirmed"), _l("Rejected"))
    return Told(
        [("answers.csv", as_csv(("band", "distance_up_to", "confirmed", "rejected"), rows))], [table("", head, rows, ask)]
    )  # fmt: skip
