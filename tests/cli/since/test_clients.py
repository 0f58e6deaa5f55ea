"""Clients that vanish, end or get another name."""

from __future__ import annotations

import re
import shutil

from tests.cli.since.repository import Repository, Run, call_all_off


def test_a_vanished_folder_is_never_a_plan(repository: Repository, run: Run) -> None:
    commit = repository.git("rev-parse", "main")[:10]
    shutil.rmtree(repository.root / "identities/acme")
    result = run("preview", "--since", "main")
    assert result.exit_code == 1
    assert result.stdout == (
        f'identities/acme: client "acme": the client\'s folder is gone since {commit}. '
        "Restore the folder from version control; to end a client, destroy its stack first.\n"
    )


def test_a_vanished_folder_with_its_stack_s_settings_there(repository: Repository, run: Run) -> None:
    (repository.root / "stacks/Pulumi.acme.yaml").write_text("config: {}\n")
    repository.commit()
    shutil.rmtree(repository.root / "identities/acme")
    checked = run("check").stdout.splitlines()[0]
    assert run("preview", "--since", "main").stdout == f"{checked}\n"
    assert "the client's folder is gone, but stacks/Pulumi.acme.yaml is there" in checked


def unsound(repository: Repository) -> None:
    """Faults in another client's records, and in the limits over all clients."""
    repository.edit("identities/brightwater/people.yaml", "people:\n", "people:\n  new.one: {titel: x}\n")
    (repository.root / "identities/limits.yaml").write_text("removals: many\n")


def test_a_vanished_folder_hides_nothing_that_is_wrong_besides(repository: Repository, run: Run) -> None:
    (repository.root / "stacks/Pulumi.acme.yaml").write_text("config: {}\n")
    repository.commit()
    shutil.rmtree(repository.root / "identities/acme")
    unsound(repository)
    *checked, _ = run("check").stdout.splitlines()
    result = run("preview", "--since", "main")
    assert (result.exit_code, result.stdout.splitlines()) == (1, checked)
    assert [line.partition(":")[0] for line in checked] == [
        "identities/acme",
        "identities/brightwater/people.yaml",
        "identities/limits.yaml",
    ]


def test_a_folder_that_is_gone_with_no_stack_s_settings_is_told_with_the_rest(
    repository: Repository, run: Run
) -> None:
    commit = repository.git("rev-parse", "main")[:10]
    shutil.rmtree(repository.root / "identities/acme")
    unsound(repository)
    *checked, _ = run("check").stdout.splitlines()
    first, *others = run("preview", "--since", "main").stdout.splitlines()
    assert f'client "acme": the client\'s folder is gone since {commit}. ' in first
    assert others == checked
    assert len(others) == 2


def test_a_renamed_client_with_a_fault_is_not_called_vanished(repository: Repository, run: Run) -> None:
    (repository.root / "identities/acme").rename(repository.root / "identities/apex")
    repository.edit("identities/apex/client.yaml", "name:", "was: acme\ntitel: x\nname:")
    *checked, _ = run("check").stdout.splitlines()
    assert run("preview", "--since", "main").stdout.splitlines() == checked
    assert len(checked) == 1


def test_a_client_that_is_ended_with_its_stack_is_told(repository: Repository, run: Run) -> None:
    settings = repository.root / "stacks/Pulumi.acme.yaml"
    settings.write_text("config: {}\n")
    call_all_off(repository, "acme")
    repository.commit()
    settings.unlink()
    shutil.rmtree(repository.root / "identities/acme")
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.stdout
    assert "acme: the client is ended" in result.stdout


def test_a_client_does_not_end_before_its_departures(repository: Repository, run: Run) -> None:
    settings = repository.root / "stacks/Pulumi.acme.yaml"
    settings.write_text("config: {}\n")
    repository.leaves()
    commit = repository.commit()[:10]
    settings.unlink()
    shutil.rmtree(repository.root / "identities/acme")
    result = run("preview", "--since", "main")
    assert result.exit_code == 1
    assert result.stdout.startswith(
        f'identities/acme: client "acme": the folder is gone since {commit}, and with it the agreed departures of '
    )
    assert "tomasz.wilk" in result.stdout
    assert result.stdout.endswith(
        ". Restore the folder from version control; to end the client, have these done or called off first.\n"
    )


def test_a_client_with_another_name_is_compared_with_what_it_was(repository: Repository, run: Run) -> None:
    repository.edit("identities/acme/client.yaml", "name: Acme Robotics", "name: Acme Robotics\nwas: acme")
    (repository.root / "identities/acme").rename(repository.root / "identities/acme-robotics")
    repository.leaves_in("acme-robotics")
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.output
    assert "Acme Robotics (acme-robotics): 1 leaves, client.yaml\n" in result.stdout
    assert "    was: not stated → acme\n" in result.stdout


def test_a_client_that_got_another_name_by_hand_is_asked_what_it_was(
    repository: Repository, run: Run
) -> None:
    old, new = (repository.root / f"stacks/Pulumi.{key}.yaml" for key in ("acme", "acme-robotics"))
    old.write_text("config: {}\n")
    commit = repository.commit()[:10]
    old.rename(new)
    (repository.root / "identities/acme").rename(repository.root / "identities/acme-robotics")
    result = run("preview", "--since", "main")
    assert result.exit_code == 1
    assert re.fullmatch(
        r'identities/acme-robotics/client\.yaml:\d+:3: directory "entra": is the tenant [0-9a-f-]{36}, as was that '
        rf'of client "acme", whose folder is gone since {commit}\. If it is the same client, write `was: acme` in '
        r"client\.yaml, and its accounts are kept; else end acme first, in a change of its own\.\n",
        result.stdout,
    )
    repository.edit(
        "identities/acme-robotics/client.yaml", "name: Acme Robotics", "name: Acme Robotics\nwas: acme"
    )
    assert run("preview", "--since", "main").exit_code == 0


def test_a_client_may_end_while_another_one_begins(repository: Repository, run: Run) -> None:
    settings = repository.root / "stacks/Pulumi.brightwater.yaml"
    settings.write_text("config: {}\n")
    call_all_off(repository, "brightwater")
    repository.commit()
    settings.unlink()
    shutil.rmtree(repository.root / "identities/brightwater")
    other = repository.root / "identities/harbour"
    other.mkdir()
    (other / "client.yaml").write_text(
        "name: Harbour\ndirectories:\n  okta: {kind: okta, org: harbour, domain: h.example}\n"
    )
    (other / "groups.yaml").write_text("groups: {}\n")
    (other / "people.yaml").write_text("people: {}\n")
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.stdout
    assert "brightwater: the client is ended" in result.stdout
