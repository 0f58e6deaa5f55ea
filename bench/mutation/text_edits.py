"""Edits of lines and bytes, by people and tools that do not see what they are."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.mutation import text
from bench.mutation.picking import Tree, pick, pick_record, put

_NOT_SEEN = b"\x00\xff\xfe\x89PNG\r\n\x1a\n\x00\x00\xde\xad\xbe\xef" * 40
_WORDS = (
    ("entra", "okta"), ("employee", "contractor"), ("team-01", "team-02"), (".example", ".test"), ("2027", "2026"),
    ("team-00, ", ""), ("groups: [", "groups: []  # ["), ("role: ", "group: "), ("signed: 2024", "signed: 1924"),
    ("hold: {", "notes: {"), ("until: ", "starts: "), ("    groups:", "    disabled: true\n    groups:"),
    ("name: Team", "name: Crew"), ("disabled: true", "disabled: false"), ("manager: ", "# manager: "),
    ("    departure:\n", ""), ("Europe/Berlin", "Pacific/Kiritimati"), ("30 days", "1 day"),
)  # fmt: skip


def line_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree)
    said = text.lines(tree[name])
    at = chance.randrange(len(said))
    return put(tree, name, said[:at] + said[at + 1 :])


def lines_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree)
    said = text.lines(tree[name])
    start = chance.randrange(len(said))
    return put(tree, name, said[:start] + said[start + chance.randint(2, 60) :])


def lines_exchanged(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree)
    said = text.lines(tree[name])
    one, other = chance.randrange(len(said)), chance.randrange(len(said))
    said[one], said[other] = said[other], said[one]
    return put(tree, name, said)


def cut_off(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree)
    return put(tree, name, tree[name][: chance.randrange(len(tree[name]))])


def cut_between(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = pick_record(chance, tree)
    return put(tree, name, said[: block.start])


def blank(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return put(tree, pick(chance, tree), chance.choice([" \n\n", "\n", "\t\n", "\r\n\r\n"]))


def garbage(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree)
    start = chance.choice([0, chance.randrange(len(tree[name]))])
    return put(tree, name, tree[name][:start] + _NOT_SEEN)


def markers(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = pick_record(chance, tree)
    ours = said[block.start : block.end]
    theirs = [line.replace("title: ", "title: Senior ") for line in ours]
    kept = chance.choice(
        [("<<<<<<< HEAD\n", "=======\n", ">>>>>>> b\n"), ("", "=======\n", ""), ("", "", ">>>>>>> b\n")]
    )
    merged = [kept[0], *ours, kept[1], *theirs, kept[2]]
    return put(tree, name, said[: block.start] + merged + said[block.end :])


def wrong_side(chance: Random, tree: Tree, past: Tree) -> dict[str, bytes]:
    name = chance.choice(sorted(name for name in tree if past.get(name, tree[name]) != tree[name]))
    said, old = text.lines(tree[name]), text.lines(past[name])
    half = chance.choice([b.start for b in text.blocks(old)])
    key = old[half]
    return put(tree, name, old[:half] + said[said.index(key) :] if key in said else old)


def indented(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree)
    said = text.lines(tree[name])
    start = chance.randrange(len(said))
    end = start + chance.choice([1, 2, 5, 15])
    change: Callable[[str], str] = chance.choice(
        [lambda line: f"  {line}", lambda line: line.removeprefix("  "), lambda line: f" {line}"]
    )
    return put(tree, name, said[:start] + [change(line) for line in said[start:end]] + said[end:])


def mistyped(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree)
    data = bytearray(tree[name])
    at = chance.randrange(len(data))
    data[at : at + 1] = chance.choice([b"", b"x", b"e", b" ", b":", b"-", b"#", b"'", b"\n", b"5"])
    return put(tree, name, bytes(data))


def key_mistyped(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree)
    said = text.lines(tree[name])
    at = chance.choice([at for at, line in enumerate(said) if ":" in line])
    key, colon, value = said[at].partition(":")
    where = chance.randrange(len(key) - len(key.lstrip()), len(key)) if key.strip() else 0
    said[at] = key[:where] + chance.choice("aeiou-_ ") + key[where + 1 :] + colon + value
    return put(tree, name, said)


def word(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    old, new = chance.choice(_WORDS)
    return {
        name: data.replace(old.encode(), new.encode()) if text.client_of(name) else data
        for name, data in tree.items()
    }


def kind_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
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
