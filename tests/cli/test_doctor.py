"""`leaver doctor`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from leaver.evidence import Entry, Kind, open_store
from leaver.evidence.keys import SigningKey

Run = Callable[..., Result]


def program(folder: Path, name: str, content: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(content)
    file.chmod(0o755)
    return file


@pytest.fixture
def bin_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's own programs, and nothing else on PATH but what a script needs."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    folder = project / ".venv/bin"
    folder.mkdir(parents=True)
    return folder


def finding(result: Result, subject: str) -> dict[str, str]:
    (found,) = [each for each in json.loads(result.output) if each["subject"] == subject]
    return dict(found)


def test_a_complete_machine_passes(run: Run, project: Path, bin_folder: Path) -> None:
    program(bin_folder, "pulumi", "#!/bin/sh\necho v3.259.0\n")
    program(bin_folder, "pulumi-language-python", "#!/bin/sh\n")
    program(
        bin_folder, "pulumi-resource-azuread", "#!/usr/bin/python3\nfrom leaver.providers import azuread\n"
    )
    program(bin_folder, "pulumi-resource-okta", "\x7fELF")
    program(bin_folder, "pulumi-resource-leaver", "#!/bin/sh\n")
    (project / "Pulumi.yaml").write_text("name: leaver\nbackend: {url: 'file://.'}\n")
    result = run("doctor")
    assert result.exit_code == 0
    assert f"ok    engine: pulumi v3.259.0, {bin_folder}/pulumi\n" in result.output
    assert (
        f"ok    plugin azuread: stand-in (works with the sandbox only), {bin_folder}/pulumi-resource-azuread\n"
        in result.output
    )
    assert f"ok    plugin okta: real plugin, {bin_folder}/pulumi-resource-okta\n" in result.output
    assert f"ok    plugin leaver: Leaver's own, {bin_folder}/pulumi-resource-leaver\n" in result.output
    assert "ok    backend: file://.\n" in result.output
    assert "warn  sandbox: does not run\n      Start it with `leaver sandbox start`.\n" in result.output
    assert "warn  credentials kestrel/okta: the sandbox is not running\n" in result.output
    assert result.output.endswith("checks: 0 failed, 5 warnings\n")


def test_what_is_missing_fails_with_its_remedy(run: Run, bin_folder: Path) -> None:
    result = run("doctor", "--json")
    assert result.exit_code == 1
    for subject in ("engine", "language host", "plugin azuread", "plugin okta", "plugin leaver", "backend"):
        assert finding(result, subject)["level"] == "fail"
        assert finding(result, subject)["remedy"].endswith(".")


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("echo v3.100.0", "pulumi v3.100.0"),
        ("echo no idea", "does not answer"),
        ("exit 1", "does not answer"),
    ],
)
def test_an_engine_that_is_old_or_broken_fails(run: Run, bin_folder: Path, script: str, found: str) -> None:
    program(bin_folder, "pulumi", f"#!/bin/sh\n{script}\n")
    engine = finding(run("doctor", "--json"), "engine")
    assert engine["level"] == "fail"
    assert found in engine["found"]


def test_a_downloaded_plugin_is_found(run: Run, project: Path, bin_folder: Path) -> None:
    home = project / ".pulumi/plugins/resource-okta-v7.0.1"
    downloaded = program(home, "pulumi-resource-okta", "\x7fELF")
    assert finding(run("doctor", "--json"), "plugin okta")["found"] == f"real plugin, {downloaded}"


STAND_IN = "#!/usr/bin/python3\nfrom leaver.providers.okta import main\n"


def test_a_plugin_of_the_project_comes_before_those_on_the_path(
    run: Run, project: Path, bin_folder: Path
) -> None:
    program(bin_folder, "pulumi-resource-okta", STAND_IN)
    own = program(project / "plugins", "pulumi-resource-okta", "\x7fELF")
    (project / "Pulumi.yaml").write_text(
        "name: leaver\nplugins: {providers: [{name: okta, path: plugins}]}\n"
    )
    assert finding(run("doctor", "--json"), "plugin okta")["found"] == f"real plugin, {own}"


def test_the_stand_in_hands_over_to_a_real_plugin_unless_told_not_to(
    run: Run, project: Path, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = program(bin_folder, "pulumi-resource-okta", STAND_IN)
    real = program(project / ".pulumi/plugins/resource-okta-v7.0.1", "pulumi-resource-okta", "\x7fELF")
    assert finding(run("doctor", "--json"), "plugin okta")["found"] == f"real plugin, {real}"
    monkeypatch.setenv("LEAVER_STAND_INS", "always")
    assert (
        finding(run("doctor", "--json"), "plugin okta")["found"]
        == f"stand-in (works with the sandbox only), {own}"
    )


def test_the_password_of_a_backend_is_not_shown(
    run: Run, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "PULUMI_BACKEND_URL", "postgres://leaver:hunter2@db.example:5432/states?password=s3cret"
    )
    result = run("doctor", "--json")
    assert finding(result, "backend")["found"] == "postgres://***@db.example:5432/states"
    assert "hunter2" not in result.output
    assert "s3cret" not in result.output


def make_real(project: Path, client: str) -> None:
    file = project / f"identities/{client}/client.yaml"
    file.write_text(file.read_text().replace("sandbox: true\n", ""))


def test_credentials_are_told_without_their_values(
    run: Run, project: Path, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_real(project, "brightwater")
    monkeypatch.setenv("LEAVER_BRIGHTWATER_OKTA_API_TOKEN", "s3cret")
    result = run("doctor", "--json", "--offline")
    assert finding(result, "credentials brightwater/okta") == {
        "level": "ok",
        "subject": "credentials brightwater/okta",
        "found": "set",
        "remedy": "",
    }
    assert "s3cret" not in result.output


def test_missing_credentials_name_the_variables(run: Run, project: Path, bin_folder: Path) -> None:
    make_real(project, "brightwater")
    missing = finding(run("doctor", "--json"), "credentials brightwater/okta")
    assert missing["level"] == "warn"
    assert "LEAVER_BRIGHTWATER_OKTA_API_TOKEN" in missing["remedy"]


def test_a_missing_passphrase_file_fails(run: Run, project: Path, bin_folder: Path) -> None:
    (project / "stacks/sandbox-passphrase.txt").unlink()
    assert finding(run("doctor", "--json"), "passphrase")["level"] == "fail"


def test_faulty_records_fail(run: Run, project: Path, bin_folder: Path) -> None:
    (project / "identities/acme/groups.yaml").write_text("groups: {everyone: {}}\n")
    assert finding(run("doctor", "--json"), "records")["remedy"] == "See `leaver check`."


@pytest.mark.parametrize(
    "content", ["", "a: [", "- 1", "plugins: 3\nbackend: x\n", "plugins: {providers: [7]}\n"]
)
def test_a_spoilt_project_file_is_no_crash(run: Run, project: Path, bin_folder: Path, content: str) -> None:
    (project / "Pulumi.yaml").write_text(content)
    result = run("doctor", "--json")
    assert result.exit_code == 1
    assert finding(result, "backend")["level"] == "fail"


def test_it_says_who_signs_the_evidence_and_warns_where_others_do_and_nobody_here(
    run: Run, project: Path, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert finding(run("doctor", "--json"), "evidence")["found"].startswith("hash-chained, not signed;")
    key = SigningKey.make()
    with open_store(project / ".leaver", key=key) as store:
        store.append(Entry(kind=Kind.WORD, client="acme", at=datetime(2026, 11, 22, 14, 0, tzinfo=UTC)))
    warned = finding(run("doctor", "--json"), "evidence")
    assert (warned["level"], warned["found"]) == ("warn", f"signed elsewhere, by {key.id}, and not here")
    (project / "key.pem").write_bytes(key.pem())
    monkeypatch.setenv("LEAVER_EVIDENCE_KEY_FILE", str(project / "key.pem"))
    assert finding(run("doctor", "--json"), "evidence") == {
        "level": "ok", "subject": "evidence", "found": f"signed, by {key.id}", "remedy": ""
    }  # fmt: skip
    monkeypatch.setenv("LEAVER_EVIDENCE_KEY_FILE", str(project / "none.pem"))
    failed = finding(run("doctor", "--json"), "evidence")
    assert failed["level"] == "fail"
    assert "none.pem: cannot be read" in failed["found"]
