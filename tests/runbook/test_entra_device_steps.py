"""Entra steps on devices, by what Graph and Intune answer."""

from __future__ import annotations

import pytest

from tests.runbook.entra_replies import (
    CASE,
    STEP,
    acts,
    named,
    seen,
)


def test_a_device_of_another_system_is_left_with_what_to_do() -> None:
    (_, phone) = STEP["devices"].left(CASE, seen())
    assert phone.why == (
        "An application may disable Windows devices only, and this is IPhone. Disable it in the Entra admin "
        "centre, Devices."
    )


@pytest.mark.parametrize(
    ("state", "wipe", "left"),
    [
        ("managed", False, True),
        ("retirePending", False, False),
        ("retireIssued", False, False),
        ("retireFailed", False, True),
        ("retireCanceled", False, True),
        ("wipePending", False, False),
        ("retirePending", True, True),
        ("wipeIssued", True, False),
        ("wipeFailed", True, True),
        ("deletePending", True, False),
        (None, True, True),
    ],
)
def test_the_states_of_a_managed_device(state: str | None, wipe: bool, left: bool) -> None:
    device = {
        "id": "i",
        "deviceName": "LAPTOP",
        "managementState": state,
        "managedDeviceOwnerType": "company",
    }
    assert bool(named("managed-devices", seen(managed_devices=[device]), wipe=wipe)) is left


def test_a_personal_device_is_never_wiped() -> None:
    calls = [path.rpartition("/")[2] for _, path, _ in acts("managed-devices", seen(), wipe=True)]
    assert calls == ["wipe", "retire"]
    unknown = [{"id": "i", "deviceName": "Thing", "managementState": "managed"}]
    assert acts("managed-devices", seen(managed_devices=unknown), wipe=True)[0][1].endswith("/retire")
