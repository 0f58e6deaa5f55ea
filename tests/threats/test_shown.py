"""What a directory or a record calls somebody is shown as that text: in a terminal, in Markdown, in HTML, in JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from click import unstyle
from click.testing import CliRunner
from markdown_it import MarkdownIt

from leaver.actions import LiveDirectory
from leaver.cli.changes import tell
from leaver.cli.ci_report import section
from leaver.cli.command import command
from leaver.cli.output import complain, say, say_json
from leaver.cli.reports import tell_previews, tell_verify
from leaver.desired import ChangeReport, desired
from leaver.fleet import PreviewReport, VerifyReport
from leaver.fleet.compare import Difference
from leaver.model import Client
from leaver.notify import Kind, Notice, body, title
from leaver.plan import Plan, compare, markdown, page
from leaver.plan.text import lines
from leaver.program.decide import decide
from leaver.source import Estate
from tests.estates import NOW, account_id, change_account, client, settled

FROM_DIRECTORIES = [
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[1;1Hall is well",
    "\x9b31m",
    "\u202egpj.exe",
    "zero\u200bwidth",
    "two\nacme: verified",
    "two\r\nlines",
    "\u2028acme: verified",
    "\x00",
]
FROM_ANYWHERE = [
    "<script>alert(1)</script>",
    "<img src=https://evil.example/p.png onerror=x>",
    "[reset your password](https://evil.example)",
    "![x](https://evil.example/p.png)",
    "<https://evil.example>",
    "https://evil.example www.evil.example",
    "@acme/approvers #1 GH-1 acme/it#1",
    "a | b | c",
    "```",
    "</details><h1>approved</h1>",
    "<!-- leaver:preview -->",
    "> [!CAUTION]",
    "{{ 7 * 7 }} {% raw %}",
    "**bold** _it_ ~~gone~~ `code`",
    '=HYPERLINK("https://evil.example")',
]
HIDDEN = set("\x00\x07\x1b\x9b\u202e\u200b\u2028\r")
FINANCE = {"finance": {"directory": "entra", "name": "Finance"}}


INLINE = ("code", "strong", "sub", "a")
BLOCKS = (
    *(
        "details",
        "summary",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "ul",
        "li",
        "p",
        "h2",
        "h3",
        "section",
    ),
    "blockquote",
)


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("href", "src", "onerror", "action")]


def rendered(source: str) -> _Tags:
    return _Tags(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(source))


def printed(*show: object) -> str:
    """What a command that calls these functions prints, on both of its outputs."""

    @command()
    def told() -> None:
        for each in show:
            each()  # type: ignore[operator]

    result = CliRunner().invoke(told)
    assert result.exception is None, result.exception
    return result.output


def seen(name: str) -> tuple[Client, ChangeReport]:
    """A run's report at a client whose directory calls an account, its username and a group by that name."""
    made = client(
        {"dana.reyes": {"title": "Controller", "groups": ["finance"]}, "lee.park": {"groups": []}}, FINANCE
    )
    live, state = settled(made, desired(made, NOW))
    shown = {"displayName": name, "jobTitle": name, "department": name}
    live = change_account(live, "entra", account_id("dana.reyes", "entra"), attributes=shown, username=name)
    live = change_account(live, "entra", account_id("lee.park", "entra"), enabled=False, status=name)
    found: LiveDirectory = live["entra"]
    assert found.accounts[account_id("dana.reyes", "entra")].username == name
    return made, decide(made, NOW, live, state).told


@pytest.mark.parametrize("name", FROM_DIRECTORIES + FROM_ANYWHERE, ids=ascii)
def test_a_preview_shows_it_on_one_line(name: str) -> None:
    made, report = seen(name)
    told = [unstyle(line) for line in tell(report, made)]
    assert any("Controller" in line for line in told)
    assert not HIDDEN & set("".join(told))
    assert not any("\n" in line for line in told)
    assert not any(line.startswith("acme: verified") for line in told)


@pytest.mark.parametrize("name", FROM_DIRECTORIES + FROM_ANYWHERE, ids=ascii)
def test_preview_and_verify_print_nothing_that_acts(name: str) -> None:
    made, report = seen(name)
    estate = Estate({"acme": made})
    difference = Difference("dana.reyes", "entra", name, name, name)
    stranger = Difference(name, "entra", "account", "absent", "there")
    verified = VerifyReport("acme", 2, 1, (difference, stranger))
    output = printed(
        lambda: tell_previews([PreviewReport("acme", report)], estate),
        lambda: tell_previews([PreviewReport("acme", error=f"acme/entra: {name}", exit_code=3)], estate),
        lambda: tell_verify(verified, estate),
        lambda: complain(f"acme/entra: user {name}: refused."),
    )
    assert not HIDDEN & set(output)


@pytest.mark.parametrize("name", FROM_DIRECTORIES + FROM_ANYWHERE, ids=ascii)
def test_json_gives_it_back_and_is_plain_ascii(name: str) -> None:
    _, report = seen(name)
    output = printed(lambda: say_json(report.to_json()))
    assert output.isascii()
    assert not HIDDEN & set(output)
    assert ChangeReport.from_json(json.loads(output)) == report


@pytest.mark.parametrize("name", FROM_DIRECTORIES + FROM_ANYWHERE, ids=ascii)
def test_a_comment_holds_what_a_command_printed_and_no_markup_of_it(name: str) -> None:
    made, report = seen(name)
    output = printed(lambda: [say(line) for line in tell(report, made)], lambda: say(name))
    page = rendered(section(f"leaver preview {name}", output, 1))
    assert set(page.tags) <= {"details", "summary", "code", "pre", "p"}
    assert page.addresses == []


@pytest.mark.parametrize("name", FROM_DIRECTORIES + FROM_ANYWHERE, ids=ascii)
def test_a_notice_has_the_lines_that_it_should_have(name: str) -> None:
    at = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)
    told = Notice(Kind.FAILED, name, name, "UTC", at, detail=f"acme/entra: {name}", todo=name)
    assert not HIDDEN & set(title(told) + body(told))
    assert "\n" not in title(told)
    starts = [line.split(" ")[0] for line in body(told).split("\n") if not line.startswith("  ")]
    assert starts == ["Client:", "Person:", "Agreed", "acme/entra:", "Next:"]


@pytest.mark.parametrize("name", FROM_ANYWHERE)
def test_a_plan_shows_a_records_name_in_every_format(name: str) -> None:
    before = client(
        {"dana.reyes": {"name": "Dana", "groups": ["finance"]}, "lee.park": {"groups": []}}, FINANCE
    )
    groups = {"finance": {"directory": "entra", "name": name}}
    after = client(
        {
            "dana.reyes": {"name": name, "title": name, "groups": []},
            "lee.park": {"departure": {"at": "2026-11-27 17:00", "ticket": name}, "groups": ["finance"]},
        },
        groups,
    )
    plan = Plan(now=NOW, since=name, commit="0" * 40, clients=(compare(before, after),))
    assert not HIDDEN & set("".join(line for _, line in lines(plan)))
    comment = rendered(markdown.render(plan, "All of it is in the artefact."))
    assert set(comment.tags) <= {*INLINE, *BLOCKS}
    assert comment.addresses == []
    html = _Tags(page.render(plan))
    assert set(html.tags) <= {
        *INLINE,
        *BLOCKS,
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "span",
        "div",
    }
    assert set(html.addresses) <= {"#acme"}
