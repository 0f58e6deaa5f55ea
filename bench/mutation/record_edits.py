"""Edits of records: of a person, of a group."""

from __future__ import annotations

import re
from random import Random

from bench.mutation import text
from bench.mutation.picking import Tree, pick, pick_record, put, replaced
from bench.mutation.text_edits import line_deleted


def record_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = pick_record(chance, tree)
    return put(tree, name, said[: block.start] + said[block.end :])


def half_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree, people=True)
    said = text.lines(tree[name])
    kept = [block for at, block in enumerate(text.blocks(said)) if at % 2 == 0]
    return put(tree, name, said[:1] + [line for b in kept for line in said[b.start : b.end]])


def group_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = pick_record(chance, tree, name="groups.yaml")
    return put(tree, name, said[: block.start] + said[block.end :])


def renamed(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = pick_record(chance, tree)
    said[block.start] = f"  {block.key}.new:\n"
    return put(tree, name, said)


def renamed_everywhere(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, _, block = pick_record(chance, tree)
    return replaced(tree, text.client_of(name), rf"(?<![\w.-]){re.escape(block.key)}(?![\w.@-])", "new.name")


def group_renamed(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = pick_record(chance, tree, name="groups.yaml")
    said[block.start] = f"  {block.key}-new:\n"
    return put(tree, name, said)


def group_renamed_everywhere(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, _, block = pick_record(chance, tree, name="groups.yaml")
    return replaced(tree, text.client_of(name), rf"(?<![\w-]){re.escape(block.key)}(?![\w-])", "crew")


def group_moved(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = pick_record(chance, tree, name="groups.yaml")
    one, other = chance.choice([("entra", "okta"), ("okta", "entra"), ("name: ", "name: New ")])
    record = [line.replace(one, other) for line in said[block.start : block.end]]
    return put(tree, name, said[: block.start] + record + said[block.end :])


def record_moved(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = pick_record(chance, tree)
    other = pick(chance, tree, people=True)
    gone = put(tree, name, said[: block.start] + said[block.end :])
    return put(gone, other, gone[other] + "".join(said[block.start : block.end]).encode())


def twice(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, block = pick_record(chance, tree)
    copy = said[block.start : block.end]
    if chance.random() < 0.5:
        copy = [f"  {block.key}.copy:\n", *copy[1:]]
    return put(tree, name, said[: block.end] + copy + said[block.end :])


def disabled(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, _ = pick_record(chance, tree)
    at = chance.randrange(1, len(said) + 1)
    indent = " " * chance.choice([2, 4, 4, 4, 6])
    return put(tree, name, [*said[:at], f"{indent}disabled: true\n", *said[at:]])


def exchanged_people(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name, said, one = pick_record(chance, tree)
    other = chance.choice(text.blocks(said))
    if chance.random() < 0.5:
        said[one.start], said[other.start] = said[other.start], said[one.start]
        return put(tree, name, said)
    client = text.client_of(name)
    return put(
        tree, name, [*said[: one.end], f"    username: {other.key}@{client}.example\n", *said[one.end :]]
    )


def ending(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree, people=True)
    said = text.lines(tree[name])
    found = [at for at, line in enumerate(said) if re.search(r"\b(at|until|notice|kind|hold): ", line)]
    if not found:
        return line_deleted(chance, tree, _past)
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
    return put(tree, name, said)
