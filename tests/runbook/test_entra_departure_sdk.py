"""Dana has left: what Microsoft's own SDK finds of her afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.identity_governance.privileged_access.group.eligibility_schedules import (
    eligibility_schedules_request_builder,
)
from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import (
    CalendarViewRequestBuilder,
)
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder

from tests.runbook.entra_leaver import ON_REQUEST, SETTINGS, USUAL, Dana
from tests.sandbox.conftest import NOW
from tests.sandbox.test_msgraph_sdk import ask  # noqa: F401 - fixture

pytestmark = pytest.mark.slow

# ruff: noqa: F811 - fixtures are imported, and are arguments of the same name.

EligibilitySchedulesRequestBuilder = eligibility_schedules_request_builder.EligibilitySchedulesRequestBuilder


def test_the_sdk_of_microsoft_finds_nothing(tenant: Dana, ask: Any) -> None:
    tenant.take()

    async def read(client: Any) -> dict[str, Any]:
        dana = client.users.by_user_id(tenant.dana)
        wanted = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(
            select=["accountEnabled", "signInSessionsValidFromDateTime", "lastPasswordChangeDateTime"]
        )
        user = await dana.get(request_configuration=RequestConfiguration(query_parameters=wanted))
        methods = await dana.authentication.methods.get()
        groups = await dana.member_of.get()
        grants = await dana.oauth2_permission_grants.get()
        roles = await dana.app_role_assignments.get()
        owned = await dana.owned_objects.get()
        devices = await dana.owned_devices.get()
        rules = await dana.mail_folders.by_mail_folder_id("inbox").message_rules.get()
        licences = await dana.license_details.get()
        return {
            "enabled": user.account_enabled,
            "sessions": user.sign_in_sessions_valid_from_date_time >= NOW,
            "password": user.last_password_change_date_time >= NOW,
            "methods": [type(each).__name__ for each in methods.value],
            "groups": groups.value,
            "grants": grants.value,
            "roles": roles.value,
            "owned": owned.value,
            "devices": [each.account_enabled for each in devices.value],
            "rules": [each.display_name for each in rules.value],
            "licences": licences.value,
        }

    assert ask(read) == {
        "enabled": False,
        "sessions": True,
        "password": True,
        "methods": ["PasswordAuthenticationMethod"],
        "groups": [],
        "grants": [],
        "roles": [],
        "owned": [],
        "devices": [False, False, False, False],
        "rules": ["Newsletters"],
        "licences": [],
    }


def test_the_sdk_of_microsoft_finds_what_was_asked_for(tenant: Dana, ask: Any) -> None:
    tenant.take(*USUAL, *ON_REQUEST, settings=SETTINGS)
    mine = f"principalId eq '{tenant.dana}'"

    async def read(client: Any) -> dict[str, Any]:
        dana = client.users.by_user_id(tenant.dana)
        directory = client.role_management.directory
        groups = client.identity_governance.privileged_access.group
        span = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(
            start_date_time="2026-11-22T00:00:00Z", end_date_time="2027-11-22T00:00:00Z"
        )
        scoped = EligibilitySchedulesRequestBuilder.EligibilitySchedulesRequestBuilderGetQueryParameters(
            filter=mine
        )
        eligible = await directory.role_eligibility_schedules.get()
        activatable = await groups.eligibility_schedules.get(RequestConfiguration(query_parameters=scoped))
        assigned = await directory.role_assignments.get()
        devices = await dana.managed_devices.get()
        mailbox = await dana.mailbox_settings.get()
        events = await dana.calendar_view.get(RequestConfiguration(query_parameters=span))
        drive = await dana.drive.get()
        lee = await client.users.by_user_id(tenant.lee).owned_objects.get()
        return {
            "eligible": [each for each in eligible.value if each.principal_id == tenant.dana],
            "activatable": activatable.value,
            "assigned": [each for each in assigned.value if each.principal_id == tenant.dana],
            "devices": [(each.device_name, each.managed_device_owner_type.value) for each in devices.value],
            "reply": mailbox.automatic_replies_setting.status.value,
            "purpose": mailbox.user_purpose.value,
            "events": [len(each.attendees) for each in events.value],
            "drive": drive.drive_type,
            "lee": sorted(type(each).__name__ for each in lee.value),
        }

    assert ask(read) == {
        "eligible": [],
        "activatable": [],
        "assigned": [],
        "devices": [("LAPTOP-07", "company"), ("Phone of the sales team", "personal")],
        "reply": "alwaysEnabled",
        "purpose": "user",
        "events": [0],
        "drive": "business",
        "lee": ["Application", "Application", "Group", "Group"],
    }
