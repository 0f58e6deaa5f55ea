"""What an engineer writes without Leaver: one client's accounts and groups, straight to Pulumi's SDK."""

import json
from pathlib import Path

import pulumi
import pulumi_azuread as azuread

data = json.loads((Path(__file__).parent / "data.json").read_text(encoding="utf-8"))
secret = pulumi.Output.secret(data["provider"].pop("client_secret"))
entra = azuread.Provider("entra", client_secret=secret, **data["provider"])
options = pulumi.ResourceOptions(provider=entra)

users: dict[str, azuread.User] = {}
for key, person in data["people"].items():
    manager = person.pop("manager")
    users[key] = azuread.User(
        key,
        **person,
        manager_id=users[manager].object_id if manager else None,
        password=pulumi.Output.secret(f"{data['first_password']}-{key}"),
        force_password_change=True,
        opts=options,
    )
for key, group in data["groups"].items():
    azuread.Group(
        key,
        display_name=group["name"],
        mail_nickname=key,
        security_enabled=True,
        members=[users[member].object_id for member in group["members"]],
        opts=options,
    )
