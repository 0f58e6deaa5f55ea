"""docs/permissions.md is in step with the runbook's steps."""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from docs import permissions
from leaver.model.runbook import Runbook
from leaver.runbook.entra.settings import contradictions
from leaver.runbook.registry import KINDS


def test_the_tables_are_in_step() -> None:
    page = permissions.PAGE.read_text(encoding="utf-8")
    assert permissions.refreshed(page) == page, "run `python -m docs.permissions`"


def test_every_table_is_on_the_page_for_each_kind_of_directory() -> None:
    page = permissions.PAGE.read_text(encoding="utf-8")
    found = re.findall(r"<!-- table: (\S+) -->", page)
    assert sorted(found) == sorted(f"{name}/{kind}" for name in permissions.TABLES for kind in KINDS)


def test_every_step_and_permission_has_a_row() -> None:
    page = permissions.PAGE.read_text(encoding="utf-8")
    for steps in KINDS.values():
        for step in steps:
            assert re.search(rf"^\| `{step.name}` \| {re.escape(step.title)} \|", page, re.MULTILINE), (
                step.name
            )
            for permission in step.needs:
                row = re.search(rf"^\| `{re.escape(permission.name)}` \|.*\| .*$", page, re.MULTILINE)
                assert row is not None, permission.name
                assert f"`{step.name}`" in page


def test_a_table_is_made_anew() -> None:
    page = "before\n<!-- table: every-run/okta -->\nold\n<!-- end -->\nafter\n"
    made = permissions.refreshed(page)
    assert made.startswith("before\n<!-- table: every-run/okta -->\n| permission | for what |\n")
    assert made.endswith(
        "| `okta.groups.manage` | make, change and delete groups, and set their members |\n<!-- end -->\nafter\n"
    )


def test_what_others_do_is_told_with_steps_that_exist_and_a_runbook_that_can_be_meant() -> None:
    page = permissions.PAGE.read_text(encoding="utf-8")
    table = page.partition("<!-- tasks -->")[2].partition("<!-- end -->")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")][2:]
    assert len(rows) == 23
    steps = {step.name for found in KINDS.values() for step in found}
    for task, here in rows:
        named = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", here)) & steps
        assert named or here.startswith("by hand"), task
    example = yaml.safe_load(page.rpartition("```yaml\n")[2].partition("```")[0])["runbook"]
    runbook = Runbook.model_validate(example)
    assert all(isinstance(each, Mapping) for each in runbook.steps.values())
    assert contradictions({name: dict(each) for name, each in example["steps"].items()}) == []
