"""Whatever is typed into whatever form comes back as the words it was, or not at all (SEC-12, ASVS 1.2, 1.3.7)."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import unquote_plus, urljoin, urlsplit

from models.base import db
from models.names import tidy
from models.permission import GRANTS, Permission
from tests.views.test_doors import World, rules

# The word that is sought in every answer: where it stands, all of the string must stand.
CORE = "Kwikstaart"
NAUGHTY = (
    f"<script>zap('{CORE}')</script><zap>", f'"><zap {CORE}="', f"' onzap='{CORE}' onzap=\"x", f"</title></textarea><zap>{CORE}</zap>",
    f"<!--<zap>{CORE}--!><zap>", f"<![CDATA[<zap>{CORE}]]>", f"<svg/onzap=1><zap>{CORE}", f"javascript:zap('{CORE}')",
    f"{CORE}{{{{7*191}}}}{{% zap %}}${{7*191}}#{{7*191}}<%= 7*191 %>", f"%({CORE})s %s %n {{0}} {{zap.__class__}}",
    f"'; DROP TABLE photo; --{CORE}", f'" OR ""="{CORE}', f"{CORE}' UNION SELECT NULL-- %_*",
    f"../../../etc/{CORE}", f"..\\..\\{CORE}%2e%2e%2f%00", f"file:///etc/{CORE}?x#y",
    f"{CORE}\r\nX-Zap: 1\r\n\r\n<zap>", f"{CORE}%0d%0aX-Zap:%201", f"=cmd|' /C calc'!{CORE}", f"@SUM({CORE})", f"+{CORE}&lt;zap&gt;&amp;#60;",
    f"\ufeff{CORE}", f"\u202e{CORE}\u2066", f"\u200b{CORE}\u200d\u00ad", f"👩🏽‍🎓{CORE}🏳️‍🌈", f"Z{chr(0x301) * 40}{CORE}", f"ﷺ𝕫𐍈\U0010fffd{CORE}",
    unicodedata.normalize("NFC", f"Zoë Ångström {CORE}"), unicodedata.normalize("NFD", f"Zoë Ångström {CORE}"),
    f"\u0085{CORE}\u2028\x0b\x1b[31m", CORE + "a" * 300,
)  # fmt: skip
FREE = {"text", "search", "textarea", "password", "tel"}
USUAL = {
    "email": "zap@people.example", "date": (date.today() + timedelta(days=40)).isoformat(), "number": "1",
    "url": "https://www.example.org/",
}  # fmt: skip


class Page(HTMLParser):
    """What a browser would make of a page: its tags, its forms, and every run of text or value of an attribute."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.runs, self.forms, self._within = set(), [""], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        said = {name: value or "" for name, value in attrs}
        self.tags |= {tag, *said}
        self.runs += [*said.values(), ""]
        if tag == "form":
            self.forms.append((said.get("method", "get").upper(), said.get("action", ""), {}))
        elif self.forms and tag in ("input", "textarea", "select") and said.get("name"):
            self._field(tag, said)
        elif self.forms and tag == "option" and self._within:
            kind, chosen = self.forms[-1][2][self._within]
            if said.get("value") and (not chosen or "selected" in said):
                self.forms[-1][2][self._within] = (kind, said["value"])

    def _field(self, tag, said):
        fields, name = self.forms[-1][2], said["name"]
        kind = said.get("type", "text") if tag == "input" else tag
        self._within = name if tag == "select" else ""
        if kind == "date" and "required" not in said:
            kind = "day"  # it may stay empty
        if kind != "radio" or name not in fields or "checked" in said:
            fields[name] = (kind, said.get("value", "on" if kind == "checkbox" else ""))

    def handle_endtag(self, tag):
        self.runs.append("")

    def handle_data(self, data):
        self.runs[-1] += data


def wrongs(answer, naughty):
    """What is wrong with this answer to this string: an error of ours, markup made of it, or words that changed."""
    if answer.status_code >= 500:
        yield str(answer.status_code)
    if any("zap" in name.casefold() or "\n" in value for name, value in answer.headers):
        yield "a header"
    if answer.mimetype != "text/html":
        return
    page = Page(answer.text)
    if any("zap" in tag or CORE.casefold() in tag for tag in page.tags):
        yield "markup"
    for run in page.runs:
        whole = any(words in said for words in kept(naughty) for said in (run, unquote_plus(run)))
        if CORE in run and not whole and run.strip() != f"Ask {naughty.split()[0]}":  # by the first name
            yield f"shown as {run.strip()!r}"


def kept(naughty):
    """How the house may keep what was typed: trimmed, on one line without what turns words around, cut when long."""
    whole = naughty.strip(), tidy(naughty), " ".join(naughty.split()), naughty.replace("\r\n", "\n")
    return whole if len(naughty) < 200 else [words[:70] for words in whole]


class Form:
    """One form, with the browser of whoever sees it."""

    def __init__(self, browser, page, method, target, fields, endpoint):
        self.browser, self.page, self.method, self.target = browser, page, method, target
        self.fields, self.endpoint = fields, endpoint
        self.free = any(kind in FREE for kind, _ in fields.values())
        self._cookie = browser.client.get_cookie("clearframe")

    def send(self, naughty, bold):
        """As someone does who types this wherever words may be; a bold one in every field."""
        if self._cookie:  # some forms end the session they came from
            self.browser.client.set_cookie("clearframe", self._cookie.value)
        data = {name: self._value(name, naughty, bold) for name in self.fields}
        if self.method == "GET":
            return self.browser.client.get(self.target.split("?")[0], query_string=data)
        return self.browser.client.post(self.target, data=data)

    def _value(self, name, naughty, bold):
        kind, value = self.fields[name]
        if name != "csrf_token" and (bold or kind in FREE):
            return naughty
        return value or USUAL.get(kind, "")


def forms(world, web):
    """Every form of every page that a role or nobody may look at, once."""
    found = {}
    for role, browser in [*world.browsers.items(), (None, world.nobody)]:
        for rule, method in rules(web):
            if method != "GET" or rule.endpoint == "static" or not opens(web, role, rule.endpoint):
                continue
            address = world.address(rule)
            answer = browser.get(address)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                for how, action, fields in Page(answer.text).forms:
                    if how == "DIALOG":  # it closes what it stands in and sends nothing
                        continue
                    target = urljoin(address, action)
                    endpoint = web.url_map.bind("").match(urlsplit(target).path, how)[0]
                    found.setdefault(
                        (endpoint, *sorted(fields)), Form(browser, address, how, target, fields, endpoint)
                    )
            answer.close()
    return list(found.values())


def opens(web, role, endpoint):
    need = web.view_functions[endpoint].sign.permission
    if role is None or need is None:
        return role is need
    return need is Permission.ACCOUNT or need in GRANTS[role]


def tried(form, naughty, bold, shown):
    """What is wrong once this was sent, with the page it leads to, or else the page it came from."""
    with db.atomic() as undone:
        answers = [form.send(naughty, bold)]
        if answers[0].status_code == 303:
            answers.append(form.browser.get(answers[0].headers["Location"]))
            if not stands_in(answers[-1]):
                answers.append(form.browser.get(form.page))
        wrong = [what for answer in answers for what in wrongs(answer, naughty)]
        if answers[0].status_code < 400 and not bold and any(map(stands_in, answers)):
            shown.add(form.endpoint)
        for answer in answers:
            answer.close()
        undone.rollback()
    return wrong


def stands_in(answer):
    return answer.mimetype == "text/html" and CORE in answer.text


# Where words are kept and shown again at once: the walk is no walk when it no longer gets this far.
SHOWN = {
    "albums.create", "attendance.show", "consents.ask", "consents.void", "events.keep", "events.object_", "faces.put",
    "grounds.add_basis", "grounds.record", "inquiries.answer", "join.join", "library.index", "people.change",
    "people.create", "people.index", "photos.change", "recognition.register", "recognition.switch_on", "session.change",
    "settings.change", "settings.create_team", "settings.create_user", "trail.index",
    "wordings.change_use", "wordings.create_use",
}  # fmt: skip


def test_words_come_back_as_typed_and_never_as_markup(house, web, drain):
    """Each form gets every second string, its neighbour the others; every field of every form gets two of them."""
    shown, wrong = set(), []
    found = forms(World(house, web, drain), web)
    for number, form in enumerate(found):
        bold = {number % len(NAUGHTY), (number + 7) % len(NAUGHTY)}
        for at, naughty in enumerate(NAUGHTY):
            for how in [False] * (form.free and at % 2 == number % 2) + [True] * (at in bold):
                wrong += [(form.endpoint, naughty, how, what) for what in tried(form, naughty, how, shown)]
    assert wrong == []
    assert SHOWN - shown == set()
