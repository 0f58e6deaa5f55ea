"""Invariant 8: nothing in one client's run can read another's credentials."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from leaver.fleet import engine_environment
from tests.estates import client

ROOT, HOME = Path("project"), Path("project/.leaver")
KEYS = st.from_regex(r"[A-Z][A-Z0-9]{0,8}", fullmatch=True)


@given(others=st.dictionaries(KEYS, st.text(min_size=1, max_size=20), max_size=8))
def test_invariant_8_no_other_clients_variable_reaches_the_engine(others: dict[str, str]) -> None:
    environ = {f"LEAVER_{key}_ENTRA_CLIENT_SECRET": value for key, value in others.items()}
    environ |= {"LEAVER_ACME_ENTRA_CLIENT_SECRET": "own", "PATH": "bin", "LEAVER_NOTIFY_URLS": "tokens"}
    env = engine_environment(ROOT, HOME, client({}), environ)
    seen = {name for name in env if name.startswith("LEAVER_")}
    assert seen == {"LEAVER_ACME_ENTRA_CLIENT_SECRET", "LEAVER_HOME"}


def test_the_passphrase_of_a_client_is_the_passphrase_of_its_stack_alone() -> None:
    environ = {
        "LEAVER_ACME_PASSPHRASE": "own",
        "PULUMI_CONFIG_PASSPHRASE": "of all",
        "LEAVER_B_PASSPHRASE": "b",
    }
    env = engine_environment(ROOT, HOME, client({}), environ)
    assert env["PULUMI_CONFIG_PASSPHRASE"] == "own"
    assert "b" not in env.values()


def test_an_example_client_trusts_the_sandbox_and_uses_its_passphrase_file() -> None:
    env = engine_environment(ROOT, HOME, client({}, sandbox=True), {})
    assert env["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(ROOT / "stacks" / "sandbox-passphrase.txt")
    assert env["SSL_CERT_FILE"] == str(HOME / "sandbox" / "ca.pem")


def test_a_real_client_gets_neither() -> None:
    env = engine_environment(ROOT, HOME, client({}), {})
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in env
    assert "SSL_CERT_FILE" not in env
