"""The same contract with a real directory, where somebody asks for it: see contract.py."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from leaver.actions import connect, credentials
from leaver.model import EntraSettings, OktaSettings

from .contract import DirectoryContract, Subject

if not {"LEAVER_CONTRACT_ENTRA_TENANT", "LEAVER_CONTRACT_OKTA_ORG"} & os.environ.keys():
    pytest.skip("no LEAVER_CONTRACT_… variable names a real directory", allow_module_level=True)


def real(kind: Any, settings: Any) -> Subject:
    account = os.environ.get(f"LEAVER_CONTRACT_{kind.upper()}_ACCOUNT")
    if not account:
        pytest.skip("no account of a real directory was given")
    held = credentials("contract", kind, settings, sandbox=False, environ=os.environ, home=Path())
    return Subject(
        kind,
        lambda policy: connect("contract", kind, settings, sandbox=False, credentials=held, policy=policy),
        spare=[account],
    )


class TestARealEntra(DirectoryContract):
    @pytest.fixture
    def subject(self) -> Subject:
        if "LEAVER_CONTRACT_ENTRA_TENANT" not in os.environ:
            pytest.skip("LEAVER_CONTRACT_ENTRA_TENANT is not set")
        stated = {
            "kind": "entra",
            "tenant": os.environ["LEAVER_CONTRACT_ENTRA_TENANT"],
            "domain": os.environ["LEAVER_CONTRACT_ENTRA_DOMAIN"],
        }
        return real("entra", EntraSettings.model_validate(stated))


class TestARealOkta(DirectoryContract):
    @pytest.fixture
    def subject(self) -> Subject:
        if "LEAVER_CONTRACT_OKTA_ORG" not in os.environ:
            pytest.skip("LEAVER_CONTRACT_OKTA_ORG is not set")
        stated = {"kind": "okta", "org": os.environ["LEAVER_CONTRACT_OKTA_ORG"]}
        return real("okta", OktaSettings.model_validate(stated))
