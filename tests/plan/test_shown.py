"""What a plan looks like: whole outputs, and what no content of a record can do to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.model import Client
from leaver.plan import Plan, compare, markdown, page
from leaver.plan.text import lines
from tests.estates import NOW, client
from tests.invariants.oracle import PROFILE
from tests.plan import golden

WHOLE = "The whole is in the run's artefacts."


@pytest.fixture(scope="module")
def shown() -> Mapping[str, str]:
    return golden.shown()


@pytest.mark.parametrize("name", ["plan.txt", "plan.md", "plan.html", "plan.json"])
def test_the_whole_output_is_as_blessed(shown: Mapping[str, str], name: str) -> None:
    assert shown[name] == (golden.FOLDER / name).read_text(encoding="utf-8")


def test_twice_the_same_plan_is_twice_the_same_text(shown: Mapping[str, str]) -> None:
    assert golden.shown() == shown


def test_what_a_name_holds_is_no_markup_anywhere(shown: Mapping[str, str]) -> None:
    for name in ("plan.md", "plan.html"):
        assert "<script" not in shown[name]
        assert "\u202e" not in shown[name]
    assert "](https://evil" not in shown["plan.md"]
    assert not re.search(r"(?<!&#64;<!-- -->)@everyone", shown["plan.md"])


class _Parsed(HTMLParser):
    """Tags, and what would be fetched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [
            f"{tag} {value}" for name, value in attrs if name in ("src", "data", "action", "style")
        ]
        self.fetched += [
            str(value) for name, value in attrs if name == "href" and not str(value).startswith("#")
        ]


@pytest.mark.parametrize("named", ["", f' plan: "sha256:{"0f" * 32}",'])
def test_the_line_that_allows_it_can_be_copied_as_it_is(named: str) -> None:
    entry = f'- {{losses: "sha256:{"0f" * 16}",{named} reason: "…", expires: "2026-11-25 12:00 +00:00"}}'
    plan = replace(
        golden.plan(),
        refusals=(f"acme: Write below `overrides:` in identities/acme/overrides.yaml: {entry}",),
    )
    assert f"/overrides.yaml&#58;<!-- -->\n>   ```yaml\n>   {entry}\n>   ```\n" in markdown.render(
        plan, WHOLE
    )
    assert f"<br><code>{entry}</code></li>" in unescape(page.render(plan))


@pytest.mark.parametrize("spoilt", ["{losses: x}", '{losses: "sha256:0f", reason: "…", expires: "```"}'])
def test_nothing_else_is_shown_as_it_is(spoilt: str) -> None:
    plan = replace(golden.plan(), refusals=(f"acme: group `x`: - {spoilt}",))
    assert "```" not in markdown.render(plan, WHOLE)
    assert "<br>" not in page.render(plan)


def test_the_page_needs_nothing_else(shown: Mapping[str, str]) -> None:
    parsed = _Parsed(shown["plan.html"])
    assert parsed.fetched == []
    assert not parsed.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert "url(" not in shown["plan.html"]
    assert "@import" not in shown["plan.html"]


def test_the_page_is_dark_where_the_reader_wants_it(shown: Mapping[str, str]) -> None:
    assert "prefers-color-scheme: dark" in shown["plan.html"]


@cache
def leavers(clients: int, people: int) -> Plan:
    def state(number: int, disabled: bool) -> Client:
        records = {f"p{each:04}": {"name": "N" * 40, "disabled": disabled} for each in range(people)}
        return replace(client(records), key=f"client-{number:03}")

    changes = tuple(compare(state(each, False), state(each, True)) for each in range(clients))
    return Plan(NOW, "main", golden.COMMIT, changes)


@pytest.mark.parametrize(("clients", "people"), [(1, 400), (60, 8), (300, 1)])
@pytest.mark.parametrize("longest", [2_000, 10_000, 65_000])
def test_a_long_plan_is_cut_and_says_so(clients: int, people: int, longest: int) -> None:
    text = markdown.render(leavers(clients, people), WHOLE, longest)
    assert len(text) <= longest
    assert text.startswith(markdown.MARKER + "\n")
    assert text.count("<details") == text.count("</details>")
    assert "**Cut off here:**" in text
    assert "The whole is in the run&#39;s artefacts" in text or "The whole is in the run's artefacts" in text


def test_how_much_is_left_out_is_said() -> None:
    text = markdown.render(leavers(3, 30), WHOLE, 5_000)
    told = sum(1 for line in text.splitlines() if line.startswith("- **"))
    [left] = re.findall(r"- … (\d+) more lines", text)
    all_lines = 30 * 3
    assert 3 * told + int(left) >= all_lines > int(left)
    assert "and 2 more clients." in text


def test_a_short_plan_is_whole() -> None:
    text = markdown.render(leavers(1, 3), WHOLE)
    assert "Cut off" not in text
    assert text.count("leaves with the apply") == 3


def test_nothing_changed_is_said() -> None:
    plan = Plan(NOW, "origin/main", golden.COMMIT, (), unchanged=500)
    said = "since origin/main (3f2a9c1b2d): 0 clients changed, 500 unchanged"
    assert [line for _, line in lines(plan)] == [said]
    assert len(markdown.render(plan, WHOLE)) < 400
    assert said in page.render(plan)


NAMES = st.text(st.sampled_from("ab<>&\"'`*_[]()!#|~@:/\\{}-+=.\u202e\u200b1é "), min_size=1, max_size=30)


@PROFILE
@given(NAMES.filter(lambda text: bool(text.strip())))
def test_no_name_adds_an_element_to_the_page_or_a_line_to_the_comment(name: str) -> None:
    def plan(called: str) -> Plan:
        before, after = client({"dana": {}}), client({"dana": {"disabled": True}})
        record = after.people["dana"].model_copy(update={"name": called})
        return Plan(NOW, "main", golden.COMMIT, (compare(before, replace(after, people={"dana": record})),))

    plain, named = page.render(plan("Plain")), page.render(plan(name))
    assert re.findall(r"<[^>]*>", named) == re.findall(r"<[^>]*>", plain)
    comment = markdown.render(plan(name), WHOLE)
    assert len(comment.splitlines()) == len(markdown.render(plan("Plain"), WHOLE).splitlines())
    assert re.findall(r"</?(?:details|summary|code|sub)[^>]*>", comment) == [
        "<code>", "</code>", "<details open>", "<summary>", "</summary>", "</details>", "<sub>", "</sub>",
    ]  # fmt: skip
