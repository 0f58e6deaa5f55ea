"""The Okta scopes that steps name, each with what it is for.

Source: Okta, OAuth 2.0 scopes, and the scopes of each operation in Okta's management OpenAPI description. A
`.manage` scope lets its bearer read as well.
"""

from __future__ import annotations

from leaver.runbook.step import Permission

USERS_READ = Permission("okta.users.read", "read the account and what it has")
USERS_MANAGE = Permission("okta.users.manage", "change the account's status, sessions, consents and factors")
GROUPS_READ = Permission("okta.groups.read", "read groups and group rules")
GROUPS_MANAGE = Permission("okta.groups.manage", "take the account out of its groups")
ROLES_READ = Permission("okta.roles.read", "read administrator roles")
ROLES_MANAGE = Permission("okta.roles.manage", "take administrator roles away")
APPS_READ = Permission("okta.apps.read", "read applications and who is assigned to them")
APPS_MANAGE = Permission("okta.apps.manage", "take application assignments away")
DEVICES_READ = Permission("okta.devices.read", "read whose a device is")
DEVICES_MANAGE = Permission("okta.devices.manage", "suspend or deactivate devices")
API_TOKENS_READ = Permission("okta.apiTokens.read", "read who owns API tokens")
API_TOKENS_MANAGE = Permission("okta.apiTokens.manage", "revoke API tokens")
