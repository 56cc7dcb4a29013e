"""What the audit tells of tills and clients: that there is another secret, never which."""

import msgspec

from hooklog.access.base import Client, TillLogin
from hooklog.access.scopes import TILL_SCOPES
from hooklog.api.directory_views import client_view
from hooklog.directory.base import Till

__all__ = ["noted_client", "noted_login", "noted_till"]


def noted_client(client: Client, *, is_secret_changed: bool = False) -> dict[str, object]:
    """A client, its key included: that is a name, not the secret."""
    told: dict[str, object] = msgspec.to_builtins(client_view(client))
    return told | ({"secretChanged": True} if is_secret_changed else {})


def noted_till(till: Till) -> dict[str, object]:
    """A till without its login."""
    return {"tillId": till.id, "code": till.code}


def noted_login(login: TillLogin, *, is_password_changed: bool = False) -> dict[str, object]:
    """The login of a till."""
    scopes = sorted(TILL_SCOPES if login.scopes is None else login.scopes)
    told: dict[str, object] = {"tillId": login.till_id, "code": login.code, "scopes": scopes}
    return told | ({"passwordChanged": True} if is_password_changed else {})
