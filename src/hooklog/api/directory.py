"""The directory API: orgs, tills, clients, API keys, customers and groups, for admins of the org (an extension)."""

from litestar.handlers import HTTPRouteHandler

from hooklog.api.directory_api_keys import (
    change_api_key,
    create_api_key,
    get_api_key,
    list_api_keys,
    remove_api_key,
)
from hooklog.api.directory_clients import (
    change_client,
    create_client,
    get_client,
    list_clients,
    remove_client,
)
from hooklog.api.directory_customers import change_customer, create_customer, get_customer, list_customers
from hooklog.api.directory_groups import change_group, create_group, get_group, list_groups
from hooklog.api.directory_import import import_customers, import_groups
from hooklog.api.directory_orgs import change_org, create_org, get_org, list_orgs
from hooklog.api.directory_tills import change_till, create_till, get_till, list_tills, remove_till_login

__all__ = ["DIRECTORY_ROUTES"]

DIRECTORY_ROUTES: list[HTTPRouteHandler] = [
    *(list_orgs, get_org, create_org, change_org),
    *(list_tills, get_till, create_till, change_till, remove_till_login),
    *(list_clients, get_client, create_client, change_client, remove_client),
    *(list_api_keys, get_api_key, create_api_key, change_api_key, remove_api_key),
    *(list_customers, get_customer, create_customer, change_customer, import_customers),
    *(list_groups, get_group, create_group, change_group, import_groups),
]
