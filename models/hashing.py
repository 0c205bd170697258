"""How a password is kept: Argon2id, slow on purpose (SEC-02)."""

from __future__ import annotations

from typing import Any

from models.errors import Invalid, _l

COST: dict[str, Any] = {"memory_cost": 65536, "time_cost": 3, "parallelism": 4}


def hash_password(password: str) -> str:
    """Argon2id, m = 64 MiB, t = 3, p = 4 (SEC-02, RFC 9106); what an account's password may be says models/password.py."""
    from argon2 import PasswordHasher

    if len(password) > 1000:
        raise Invalid(_l("This password is too long."), field="password")
    return PasswordHasher(**COST).hash(password)
