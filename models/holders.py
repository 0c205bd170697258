"""Who holds a role today."""

from __future__ import annotations

from models.permission import GRANTS, Permission, Role
from models.user import Grant, User


def holding(role: Role) -> list[User]:
    """Everyone at work with this role, the longest here first."""
    held = Grant.select(Grant.user).where(Grant.role == role)
    return list(User.select().where(User.id.in_(held), User.disabled_at.is_null()).order_by(User.id))


def able(permission: Permission) -> list[User]:
    """Everyone at work whose roles include this permission, by name."""
    roles = [role for role, granted in GRANTS.items() if permission in granted]
    held = Grant.select(Grant.user).where(Grant.role.in_(roles))
    return list(
        User.select().where(User.id.in_(held), User.disabled_at.is_null()).order_by(User.name, User.id)
    )
