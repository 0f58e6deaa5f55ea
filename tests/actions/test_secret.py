from __future__ import annotations

import json
import pickle

import pytest

from leaver.actions import EntraCredentials, OktaCredentials, Secret


def test_a_secret_is_shown_only_to_who_asks_for_it() -> None:
    secret = Secret("hunter2")
    shown = f"{secret} {secret!r} {secret!s} {[secret]} {secret:}"
    assert "hunter2" not in shown
    assert secret.reveal() == "hunter2"


def test_a_secret_cannot_be_written_to_json_or_a_pickle() -> None:
    with pytest.raises(TypeError):
        json.dumps({"token": Secret("hunter2")})
    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(Secret("hunter2"))


def test_credentials_print_without_their_secrets() -> None:
    entra = EntraCredentials("t", "c", client_secret=Secret("hunter2"), oidc_token=Secret("hunter3"))
    okta = OktaCredentials("acme", "okta.com", "https://acme.okta.com", api_token=Secret("hunter4"))
    assert "hunter" not in f"{entra!r} {entra} {okta!r} {entra.provider_config()} {okta.provider_config()}"
