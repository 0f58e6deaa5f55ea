"""`leaver env`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def in_a_shell(exports: str, *names: str) -> list[str]:
    echo = "; ".join(f'printf "%s\\n" "${name}"' for name in names)
    ran = subprocess.run(
        ["/bin/sh", "-c", f'eval "$EXPORTS"; {echo}'],
        env={"EXPORTS": exports, "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.splitlines()


def test_a_shell_gets_the_projects_programs_first(run: Run, project: Path) -> None:
    (project / ".venv/bin").mkdir(parents=True)
    (path,) = in_a_shell(run("env").output, "PATH")
    assert path.split(os.pathsep)[0] == str(project / ".venv/bin")
    assert path.split(os.pathsep).count(str(project / ".venv/bin")) == 1


def test_a_shell_gets_the_passphrases_file_and_no_download(run: Run, project: Path) -> None:
    assert in_a_shell(
        run("env").output,
        "PULUMI_CONFIG_PASSPHRASE_FILE",
        "PULUMI_SKIP_UPDATE_CHECK",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
        "PULUMI_CONTINUE_ON_ERROR",
        "SSL_CERT_FILE",
    ) == [str(project / "stacks/sandbox-passphrase.txt"), "true", "true", "true", ""]


def test_a_passphrase_of_the_user_is_not_overruled(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "their own")
    result = run("env")
    assert "PASSPHRASE" not in result.output


def test_the_sandboxs_certificate_is_named_while_it_runs(run: Run, project: Path) -> None:
    home = project / ".leaver/sandbox"
    home.mkdir(parents=True)
    (home / "ca.pem").write_text("")
    assert "SSL_CERT_FILE" not in run("env").output
    (home / "sandbox.json").write_text('{"http": "http://127.0.0.1:18480"}')
    assert in_a_shell(run("env").output, "SSL_CERT_FILE") == [str(home / "ca.pem")]


def test_a_project_with_a_real_client_gets_no_public_passphrase(run: Run, project: Path) -> None:
    client = project / "identities/acme/client.yaml"
    client.write_text(client.read_text().replace("sandbox: true\n", ""))
    assert "PASSPHRASE" not in run("env").output


def test_faulty_records_do_not_spoil_the_shell(run: Run, project: Path) -> None:
    (project / "identities/acme/client.yaml").write_text("")
    result = run("env")
    assert result.exit_code == 0
    assert "export PATH=" in result.output


def test_a_folder_with_a_quote_and_a_space_survives_the_shell(
    run: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = project.rename(tmp_path / "it's mine")
    monkeypatch.chdir(moved)
    assert in_a_shell(run("env").output, "PULUMI_CONFIG_PASSPHRASE_FILE") == [
        str(moved / "stacks/sandbox-passphrase.txt")
    ]


@pytest.mark.parametrize(
    ("url", "made"),
    [("file://./.leaver/pulumi?metadata=skip", True), ("file://./states", False), ("s3://bucket", False)],
)
def test_only_a_newcomers_own_state_gets_its_folder(run: Run, project: Path, url: str, made: bool) -> None:
    (project / "Pulumi.yaml").write_text(f"name: leaver\nbackend: {{url: '{url}'}}\n")
    assert run("env").exit_code == 0
    assert (project / ".leaver/pulumi").is_dir() == made
    assert not (project / "states").exists()
