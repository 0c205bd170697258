"""The words by which the check of a text knows things, per language, as regular expressions; case is ignored."""

from __future__ import annotations

# An item of the notice is said when one of these is found. An item with several, one beside the other, needs each of them.
SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "dpo": (r"data protection officer|privacy officer",),
        "uses": (r"we (only )?use [^.]*\b(to|for)\b|the purpose",),
        "basis": (r"because you (agree|consent)|article 6|legal basis|because of what we agree",),
        "recipients": (
            r"pass (photos|pictures|it|them|the photos?) on|pass on (photos|the)|share (it|them|photos)|recipients",
        ),
        "transfers": (r"outside (of )?(europe|the eea|the eu\b|the european)",),
        "retention": (r"\bke(ep|pt)\b[^.]*\b(years?|months?|days?)\b",),
        "rights": (r"\bsee what we have|\baccess", r"correct", r"eras|delet", r"restrict|limited", r"take it with you|portab", r"\bobject\b"),
        "withdraw": (r"change your mind|withdraw your (consent|yes)|take back your (consent|yes)",),
        "authority": (r"complain",),
        "refusal": (r"no consequence|nothing changes|treated (exactly )?the same|don't have to (say yes|sign)",),
        "decisions": (r"no computer decides|automated decision|no machine decides",),
        "papers": (r"(no|not( a)?) part of",),
        "explicit": (r"explicit",),
        "health": (r"health",),
        "alternative": (r"by hand",),
        "fee": (r"we pay|fee\b|€|you (get|receive) .*(payment|money|copies)",),
    },
    "nl": {
        "dpo": (r"functionaris (voor )?(de )?gegevensbescherming|privacyfunctionaris|privacy officer",),
        "uses": (r"we gebruiken [^.]*\b(om|voor)\b|het doel",),
        "basis": (r"omdat u (toestemming|dat goed|het (uitdrukkelijk )?goed)|artikel 6|grondslag|door wat we hier afspreken",),
        "recipients": (r"geven (de )?foto's (alleen )?door|delen (ze|de foto)|ontvangers",),
        "transfers": (r"buiten (europa|de eer\b|de eu\b|de europese)",),
        "retention": (r"bewaren[^.]*\b(jaar|maand|maanden|dagen)\b",),
        "rights": (r"zien wat we van u hebben|vragen wat we|inzage|inzien", r"verbeteren|corrigeren", r"wissen|verwijderen", r"beperken", r"meenemen|overdragen", r"bezwaar"),
        "withdraw": (r"\bbedenken\b|toestemming intrekken|intrekken",),
        "authority": (r"klacht|klagen",),
        "refusal": (r"geen gevolgen|verandert er niets|hoeft (geen ja te zeggen|niet te tekenen)",),
        "decisions": (r"geen computer beslist|geautomatiseerd|geen machine beslist",),
        "papers": (r"geen (onder)?deel|hoort niet bij",),
        "explicit": (r"uitdrukkelijk",),
        "health": (r"gezondheid",),
        "alternative": (r"met de hand",),
        "fee": (r"betalen we|we betalen|vergoeding|€",),
    },
    "de": {
        "dpo": (r"datenschutzbeauftragte",),
        "uses": (r"wir (verwenden|nutzen) [^.]*\b(um|für)\b|der zweck",),
        "basis": (r"weil sie (ausdrücklich )?(einwilligen|zustimmen)|artikel 6|rechtsgrundlage|was wir hier vereinbaren \(",),
        "recipients": (r"geben (die )?fotos [^.]*weiter|teilen (sie|die fotos)|empfänger",),
        "transfers": (r"außerhalb (europas|der eu\b|des ewr|der europäischen|des europäischen)",),
        "retention": (r"bewahren[^.]*\b(jahre?|monate?|tage?)\b|speichern[^.]*\b(jahre?|monate?|tage?)\b",),
        "rights": (r"fragen, was wir|auskunft", r"berichtig", r"lösch", r"einschränk", r"mitnehmen|übertrag", r"widersprechen|widerspruch"),
        "withdraw": (r"anders überlegen|meinung[^.]*ändern|einwilligung widerrufen",),
        "authority": (r"beschwer",),
        "refusal": (r"keine folgen|ändert sich[^.]*nichts|müssen nicht (ja sagen|unterschreiben)",),
        "decisions": (r"kein computer entscheidet|automatisierte entscheidung|keine maschine entscheidet",),
        "papers": (r"kein (bestand)?teil|gehört nicht zu",),
        "explicit": (r"ausdrücklich",),
        "health": (r"gesundheit",),
        "alternative": (r"von hand",),
        "fee": (r"zahlen wir|wir (be)?zahlen|honorar|vergütung|€",),
    },
}  # fmt: skip

# Looked for in every language, whichever the text is written in: a foreign word binds as little as one's own.
# By these nobody can bind herself: consent can always be taken back (CON-06).
WAIVER = (
    r"\birrevocab(?:le|ly|ility)\b|\bwaive(?:[sd]|rs?)?\b|\bwaiving\b|\bin perpetuity\b|\bperpetual(?:ly)?\b|\bforever and ever\b"
    r"|\bfor all (?:time|eternity)\b|\b(?:use|keep|valid|yours|counts?)\b[^.]{0,40}\bfor ?ever\b|\bgive up [^.]{0,20}\brights?\b"
    r"|\bonherroep(?:elijk|baar)\w*|\bafstand (?:te )?(?:doe[nt]?|gedaan|deed)\b|\bdoe[nt]?\b[^.]{0,40}\bafstand\b"
    r"|\bafstand van [^.]{0,20}\w*recht\w*|\beeuwigdurend\w*|\bvoor (?:eeuwig|altijd geldig)\b"
    r"|\bunwiderruflich\w*|\bverzicht\w*|\bauf (?:dauer|ewig)\b|\bzeitlich unbe(?:grenzt|schränkt)\w*"
)
# A yes to everything is a yes to nothing in particular (CON-07).
EVERYTHING = (
    r"\b(?:all|any|every)(?: and all)?(?: (?:possible|available|our|promotional))* (?:media|medium|channels?|purposes?)\b"
    r"|\b(?:alle|elk|ieder)e?(?: (?:mogelijke|beschikbare|onze))* (?:media|medium|kanalen|promotiekanalen|doeleinden|doelen)\b"
    r"|\bbeschikbare promotiekanalen\b"
    r"|\b(?:alle[nr]?|sämtliche[nr]?)(?: (?:möglichen|verfügbaren|unsere[nr]?))* (?:medien|kanäle\w*|werbekanäle\w*|zwecke\w*)"
)
# What is not needed to ask for consent (CON-13).
IDENTITY = (
    r"\b(?:social security|national insurance|national identity|tax) number\b|\bpassports?\b|\bidentity (?:card|document)\b"
    r"|\bID[ -]cards?\b|\bcopy of your ID\b|\bdate of birth\b|\bbirth ?dates?\b|\bdriving licence\b"
    r"|\bbsn\b|\bburgerservicenummer\b|\bpaspoort\w*|\bidentiteits(?:bewijs|kaart)\b|\bkopie (?:van )?(?:uw )?id\b"
    r"|\bgeboorte(?:datum|dag)\b|\brijbewijs\b"
    r"|\bpersonalausweis\w*|\breisepass\w*|\bausweiskopie\b|\bgeburts(?:datum|tag)\w*|\bsteuer-?id\b|\bsozialversicherungsnummer\b"
)
# Signing by link is a simple signature, and is not called more (SIG-01).
SIGNATURE = (
    r"\b(?:qualified|advanced)(?: electronic)? signatures?\b"
    r"|\b(?:gekwalificeerde|geavanceerde)(?: elektronische)? handtekening(?:en)?\b"
    r"|\b(?:qualifizierte|fortgeschrittene)[nrs]?(?: elektronische[nrs]?)? (?:signatur|unterschrift)(?:en)?\b"
)
# A consent that sounds like a contract hides that it can be taken back.
CONTRACT = (
    r"\bthe parties\b|\bhereby agree\b|\bthis (?:agreement|contract)\b|\bquitclaim\b|\bmodel release\b"
    r"|\bdeze overeenkomst\b|\bde partijen\b|\bpartijen\b|\bdieser vertrag\b|\bdiese vereinbarung\b|\bvertragsparteien\b"
)
# Each is a question of its own (CON-09, BIO-02).
NAMING = (
    r"\bcaptions?\b|\byour name (?:is|may be|will be)? ?(?:beside|under|below|next to|printed|shown)\b|\bname you in public\b"
    r"|\bnaamsvermelding\b|\buw naam (?:onder|naast|vermelden)\b|\bbijschrift\w*"
    r"|\bnamensnennung\b|\bihren? namen? (?:unter|neben)\b|\bbildunterschrift\w*"
)
TRAINING = (
    r"\bartificial intelligence\b|\bmachine learning\b|\b(?:train|training)\b[^.]{0,30}\b(?:computers?|models?|systems?)\b|(?-i:\bAI\b)"
    r"|\bkunstmatige intelligentie\b|\bkünstlicher? intelligenz\b|(?-i:\bKI\b)"
)
RECOGNITION = r"\b(?:face|facial) recognition\b|\bfaceprints?\b|\bgezichtsherkenning\b|\bgesichtserkennung\b|\bbiometri\w+"

# From how many letters on a word counts as long: German and Dutch join words that English writes apart.
LONG_WORD = {"en": 11, "nl": 14, "de": 15}
