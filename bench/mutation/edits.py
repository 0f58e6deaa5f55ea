"""The edits: each takes a source of chance and the files of the estate, and answers the files afterwards.

They are what people and their tools do to records by accident, one at a time: some touch a byte, some a whole
client. None knows what the product would say of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

from bench.mutation import text

Tree = Mapping[str, bytes]
Edit = Callable[[Random, Tree, Tree], dict[str, bytes]]
"""Chance, the files as they are, and as they were some weeks ago → the files afterwards."""

EDITS: dict[str, Edit] = {}
"""Every kind of edit by what it is called in the table."""

_NOT_SEEN = b"\x00\xff\xfe\x89PNG\r\n\x1a\n\x00\x00\xde\xad\xbe\xef" * 40
_WORDS = (
    ("entra", "okta"), ("employee", "contractor"), ("team-01", "team-02"), (".example", ".test"), ("2027", "2026"),
    ("team-00, ", ""), ("groups: [", "groups: []  # ["), ("role: ", "group: "), ("signed: 2024", "signed: 1924"),
    ("hold: {", "notes: {"), ("until: ", "starts: "), ("    groups:", "    disabled: true\n    groups:"),
    ("name: Team", "name: Crew"), ("disabled: true", "disabled: false"), ("manager: ", "# manager: "),
    ("    departure:\n", ""), ("Europe/Berlin", "Pacific/Kiritimati"), ("30 days", "1 day"),
)  # fmt: skip
_SETTINGS = (
    ("zone: .*", "zone: Pacific/Kiritimati"), ("zone: .*", "zone: Pacific/Pago_Pago"), ("zone: .*\n", ""),
    ("retain: .*", "retain: 1 day"), ("retain: .*", "retain: 30 days\non removal: delete"),
    ("    domain: (.*)", r"    domain: new-\1"), ("notice groups: .*\n", ""), ("tenant: .", "tenant: f"),
    ("org: ", "org: new-"), ("  okta:\n.*\n.*\n.*\n", ""), ("  entra:\n.*\n.*\n.*\n", ""), ("  okta:", "  okta2:"),
    ("retain: .*", "retain: 30 days\nsandbox: true"), ("retain: .*", "retain: 30 days\nlimits: {removals: 0}"),
)  # fmt: skip


def _edit(name: str) -> Callable[[Edit], Edit]:
    def keep(made: Edit) -> Edit:
        EDITS[name] = made
        return made

    return keep


def _pick(chance: Random, tree: Tree, *, people: bool = False, name: str = "") -> str:
    """One file of the records."""
    found = [
        each
        for each in sorted(tree)
        if text.client_of(each) and (not people or text.is_people(each)) and each.endswith(name)
    ]
    return chance.choice(found)


def _with(tree: Tree, name: str, said: str | list[str] | bytes) -> dict[str, bytes]:
    data = said if isinstance(said, bytes) else "".join(said).encode()
    return {**tree, name: data}


def _without(tree: Tree, *names: str) -> dict[str, bytes]:
    return {name: data for name, data in tree.items() if name not in names}


def _record(chance: Random, tree: Tree, *, name: str = "") -> tuple[str, list[str], text.Block]:
    file = _pick(chance, tree, people=not name, name=name)
    said = text.lines(tree[file])
    return file, said, chance.choice(text.blocks(said))


@_edit("a line deleted")
def _line_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree)
    said = text.lines(tree[name])
    at = chance.randrange(len(said))
    return _with(tree, name, said[:at] + said[at + 1 :])


@_edit("a run of lines deleted")
def _lines_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree)
    said = text.lines(tree[name])
    start = chance.randrange(len(said))
    return _with(tree, name, said[:start] + said[start + chance.randint(2, 60) :])


@_edit("two lines exchanged")
def _lines_exchanged(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree)
    said = text.lines(tree[name])
    one, other = chance.randrange(len(said)), chance.randrange(len(said))
    said[one], said[other] = said[other], said[one]
    return _with(tree, name, said)


@_edit("a person's record deleted")
def _record_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = _record(chance, tree)
    return _with(tree, name, said[: block.start] + said[block.end :])


@_edit("half of a file's records deleted")
def _half_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree, people=True)
    said = text.lines(tree[name])
    kept = [block for at, block in enumerate(text.blocks(said)) if at % 2 == 0]
    return _with(tree, name, said[:1] + [line for b in kept for line in said[b.start : b.end]])


@_edit("a group's record deleted")
def _group_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = _record(chance, tree, name="groups.yaml")
    return _with(tree, name, said[: block.start] + said[block.end :])


@_edit("a file deleted")
def _file_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return _without(tree, _pick(chance, tree))


@_edit("a client's folder deleted")
def _folder_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return _without(tree, *text.files_of(tree, chance.choice(text.clients(tree))))


@_edit("a client's folder and its stack's settings deleted")
def _client_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    client = chance.choice(text.clients(tree))
    return _without(tree, *text.files_of(tree, client), f"stacks/Pulumi.{client}.yaml")


@_edit("all clients' folders deleted")
def _all_deleted(_chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return {name: data for name, data in tree.items() if not name.startswith("identities/")}


@_edit("a file cut off at a byte")
def _cut_off(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree)
    return _with(tree, name, tree[name][: chance.randrange(len(tree[name]))])


@_edit("a file cut off between two records")
def _cut_between(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = _record(chance, tree)
    return _with(tree, name, said[: block.start])


@_edit("a people file emptied")
def _emptied(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree, people=True)
    return _with(tree, name, chance.choice(["", "people:\n", "people: {}\n", "# people\n", "---\n"]))


@_edit("a file of white space only")
def _blank(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return _with(tree, _pick(chance, tree), chance.choice([" \n\n", "\n", "\t\n", "\r\n\r\n"]))


@_edit("a file of binary garbage")
def _garbage(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree)
    start = chance.choice([0, chance.randrange(len(tree[name]))])
    return _with(tree, name, tree[name][:start] + _NOT_SEEN)


@_edit("a person's key changed in the record")
def _renamed(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = _record(chance, tree)
    said[block.start] = f"  {block.key}.new:\n"
    return _with(tree, name, said)


@_edit("a person's key changed everywhere")
def _renamed_everywhere(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, _, block = _record(chance, tree)
    return _replaced(tree, text.client_of(name), rf"(?<![\w.-]){re.escape(block.key)}(?![\w.@-])", "new.name")


@_edit("a group's key changed in the record")
def _group_renamed(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = _record(chance, tree, name="groups.yaml")
    said[block.start] = f"  {block.key}-new:\n"
    return _with(tree, name, said)


@_edit("a group's key changed everywhere")
def _group_renamed_everywhere(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, _, block = _record(chance, tree, name="groups.yaml")
    return _replaced(tree, text.client_of(name), rf"(?<![\w-]){re.escape(block.key)}(?![\w-])", "crew")


@_edit("a group moved to another name or directory")
def _group_moved(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = _record(chance, tree, name="groups.yaml")
    one, other = chance.choice([("entra", "okta"), ("okta", "entra"), ("name: ", "name: New ")])
    record = [line.replace(one, other) for line in said[block.start : block.end]]
    return _with(tree, name, said[: block.start] + record + said[block.end :])


@_edit("a client's folder renamed")
def _client_renamed(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    client = chance.choice(text.clients(tree))
    stack = chance.random() < 0.5
    moved = {}
    for name, data in tree.items():
        at = name.replace(f"identities/{client}/", "identities/renamed/")
        moved[at.replace(f"Pulumi.{client}.", "Pulumi.renamed.") if stack else at] = data
    return moved


@_edit("a file renamed")
def _file_renamed(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree)
    folder, _, last = name.rpartition("/")
    other = chance.choice(
        [f"{folder}/new-{last}", name.replace(".yaml", ".yml"), f"{name}.orig", f"{folder}/_{last}"]
    )
    return {**_without(tree, name), other: tree[name]}


@_edit("two clients' people exchanged")
def _people_exchanged(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return _exchanged(chance, tree, "people.yaml")


@_edit("two clients' settings or groups exchanged")
def _settings_exchanged(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return _exchanged(chance, tree, chance.choice(["client.yaml", "groups.yaml"]))


@_edit("a file copied over another client's")
def _copied_over(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = chance.choice(["people.yaml", "groups.yaml", "client.yaml"])
    return _with(tree, _pick(chance, tree, name=name), tree[_pick(chance, tree, name=name)])


@_edit("a record moved to another client")
def _record_moved(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = _record(chance, tree)
    other = _pick(chance, tree, people=True)
    gone = _with(tree, name, said[: block.start] + said[block.end :])
    return _with(gone, other, gone[other] + "".join(said[block.start : block.end]).encode())


@_edit("a merge committed with its markers")
def _markers(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = _record(chance, tree)
    ours = said[block.start : block.end]
    theirs = [line.replace("title: ", "title: Senior ") for line in ours]
    kept = chance.choice(
        [("<<<<<<< HEAD\n", "=======\n", ">>>>>>> b\n"), ("", "=======\n", ""), ("", "", ">>>>>>> b\n")]
    )
    merged = [kept[0], *ours, kept[1], *theirs, kept[2]]
    return _with(tree, name, said[: block.start] + merged + said[block.end :])


@_edit("a merge resolved to the wrong side")
def _wrong_side(chance: Random, tree: Tree, past: Tree) -> dict[str, bytes]:
    name = chance.choice(sorted(name for name in tree if past.get(name, tree[name]) != tree[name]))
    said, old = text.lines(tree[name]), text.lines(past[name])
    half = chance.choice([b.start for b in text.blocks(old)])
    key = old[half]
    return _with(tree, name, old[:half] + said[said.index(key) :] if key in said else old)


@_edit("a record that is there twice")
def _twice(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = _record(chance, tree)
    copy = said[block.start : block.end]
    if chance.random() < 0.5:
        copy = [f"  {block.key}.copy:\n", *copy[1:]]
    return _with(tree, name, said[: block.end] + copy + said[block.end :])


@_edit("lines indented otherwise")
def _indented(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree)
    said = text.lines(tree[name])
    start = chance.randrange(len(said))
    end = start + chance.choice([1, 2, 5, 15])
    change: Callable[[str], str] = chance.choice(
        [lambda line: f"  {line}", lambda line: line.removeprefix("  "), lambda line: f" {line}"]
    )
    return _with(tree, name, said[:start] + [change(line) for line in said[start:end]] + said[end:])


@_edit("a letter of a line mistyped")
def _mistyped(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree)
    data = bytearray(tree[name])
    at = chance.randrange(len(data))
    data[at : at + 1] = chance.choice([b"", b"x", b"e", b" ", b":", b"-", b"#", b"'", b"\n", b"5"])
    return _with(tree, name, bytes(data))


@_edit("a key of a line mistyped")
def _key_mistyped(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree)
    said = text.lines(tree[name])
    at = chance.choice([at for at, line in enumerate(said) if ":" in line])
    key, colon, value = said[at].partition(":")
    where = chance.randrange(len(key) - len(key.lstrip()), len(key)) if key.strip() else 0
    said[at] = key[:where] + chance.choice("aeiou-_ ") + key[where + 1 :] + colon + value
    return _with(tree, name, said)


@_edit("`disabled: true` put somewhere")
def _disabled(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, _ = _record(chance, tree)
    at = chance.randrange(1, len(said) + 1)
    indent = " " * chance.choice([2, 4, 4, 4, 6])
    return _with(tree, name, [*said[:at], f"{indent}disabled: true\n", *said[at:]])


@_edit("two people's usernames or keys exchanged")
def _exchanged_people(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, one = _record(chance, tree)
    other = chance.choice(text.blocks(said))
    if chance.random() < 0.5:
        said[one.start], said[other.start] = said[other.start], said[one.start]
        return _with(tree, name, said)
    client = text.client_of(name)
    return _with(
        tree, name, [*said[: one.end], f"    username: {other.key}@{client}.example\n", *said[one.end :]]
    )


@_edit("a word replaced in all clients")
def _word(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    old, new = chance.choice(_WORDS)
    return {
        name: data.replace(old.encode(), new.encode()) if text.client_of(name) else data
        for name, data in tree.items()
    }


@_edit("every line of a kind deleted in all clients")
def _kind_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    said = chance.choice(
        ["manager:", "groups:", "roles:", "nda:", "directory:", "kind:", "username:", "disabled:"]
    )
    return {
        name: b"".join(
            line for line in data.splitlines(keepends=True) if not line.strip().startswith(said.encode())
        )
        if text.client_of(name)
        else data
        for name, data in tree.items()
    }


@_edit("a setting of a client changed")
def _setting(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree, name="client.yaml")
    possible = [each for each in _SETTINGS if re.search(each[0], tree[name].decode())]
    old, new = chance.choice(possible)
    return _with(tree, name, re.sub(old, new, tree[name].decode(), count=1))


@_edit("a client as it was some weeks ago")
def _client_reverted(chance: Random, tree: Tree, past: Tree) -> dict[str, bytes]:
    client = chance.choice(text.clients(tree))
    return {
        **_without(tree, *text.files_of(tree, client)),
        **{n: past[n] for n in text.files_of(past, client)},
    }


@_edit("all clients as they were some weeks ago")
def _all_reverted(_chance: Random, _tree: Tree, past: Tree) -> dict[str, bytes]:
    return dict(past)


@_edit("a departure or a term changed")
def _ending(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = _pick(chance, tree, people=True)
    said = text.lines(tree[name])
    found = [at for at, line in enumerate(said) if re.search(r"\b(at|until|notice|kind|hold): ", line)]
    if not found:
        return _line_deleted(chance, tree, _past)
    at = chance.choice(found)
    old, new = chance.choice(
        [
            ("2027", "2026"),
            ("2026-12", "2026-11"),
            ("hold: .*", "hold: none"),
            ("[0-9]{2}:", "00:"),
            ("-0", "-1"),
        ]
    )
    said[at] = re.sub(old, new, said[at])
    return _with(tree, name, said)


def _replaced(tree: Tree, client: str | None, old: str, new: str) -> dict[str, bytes]:
    return {
        name: re.sub(old, new, data.decode()).encode() if text.client_of(name) == client else data
        for name, data in tree.items()
    }


def _exchanged(chance: Random, tree: Tree, name: str) -> dict[str, bytes]:
    one, other = _pick(chance, tree, name=name), _pick(chance, tree, name=name)
    return {**tree, one: tree[other], other: tree[one]}
