"""What is grave asks once more who it is (ASVS 7.5.3): the doors are named here, and none of them may lose its sign."""

from __future__ import annotations

from models.permission import Permission as P
from models.token import ANY, OPENS, SCOPES
from views.api.calls import CALLS

# What can't be undone, what leaves with names in it, and what changes who may do what.
GRAVE = {
    "erasures.create", "erasures.let_return", "overrides.propose", "overrides.confirm",
    "consents.sealed", "campaigns.export", "trail.export",
    "settings.change", "settings.create_user", "settings.change_user", "settings.invite", "settings.disable",
    "settings.enable", "settings.reset_factor", "settings.create_token", "sessions.end_of",
    "tokens.create", "glass.begin", "quota.allow_more",
    "factors.add", "factors.setup", "factors.confirm", "factors.remove", "factors.renew",
}  # fmt: skip
# Doors behind a grave permission that need no proof, with the reason.
LIGHT = {
    "erasures.new": "only shows what would go",
    "settings.create_team": "a team alone opens nothing",
    "settings.revoke_token": "whoever ends something should not be held up",
}


def test_grave_doors_ask_once_more(web):
    fresh = {
        name
        for name, view in web.view_functions.items()
        if getattr(getattr(view, "sign", None), "fresh", False)
    }
    assert fresh - {"sessions.waiting"} >= GRAVE
    assert set(web.view_functions) >= GRAVE


def test_a_new_door_behind_a_grave_permission_is_named(web):
    """Every form of ERASE, USERS or GLASS is grave, or says why not."""
    acts = {
        rule.endpoint
        for rule in web.url_map.iter_rules()
        if "POST" in rule.methods and not rule.rule.startswith("/api/")
        and web.view_functions[rule.endpoint].sign.permission in {P.ERASE, P.USERS, P.GLASS}
    }  # fmt: skip
    assert acts - GRAVE - {"glass.end"} == set(LIGHT)


def test_a_scope_is_offered_to_whoever_has_a_use_for_it():
    """models/token.py: OPENS says of each scope what its calls need."""
    needed = {scope: set() for scope in SCOPES}
    for call in CALLS:
        if call.sign.scope and call.sign.scope != ANY:
            needed[call.sign.scope].add(call.sign.permission)
    assert {scope: set(OPENS[scope]) for scope in SCOPES} == {
        scope: permissions - {P.ACCOUNT} for scope, permissions in needed.items()
    }
