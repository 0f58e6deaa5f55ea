"""Edits of whole files, of a client and of all of them."""

from __future__ import annotations

import re
from random import Random

from bench.mutation import text
from bench.mutation.picking import Tree, pick, put, without

_SETTINGS = (
    ("zone: .*", "zone: Pacific/Kiritimati"), ("zone: .*", "zone: Pacific/Pago_Pago"), ("zone: .*\n", ""),
    ("retain: .*", "retain: 1 day"), ("retain: .*", "retain: 30 days\non removal: delete"),
    ("    domain: (.*)", r"    domain: new-\1"), ("notice groups: .*\n", ""), ("tenant: .", "tenant: f"),
    ("org: ", "org: new-"), ("  okta:\n.*\n.*\n.*\n", ""), ("  entra:\n.*\n.*\n.*\n", ""), ("  okta:", "  okta2:"),
    ("retain: .*", "retain: 30 days\nsandbox: true"), ("retain: .*", "retain: 30 days\nlimits: {removals: 0}"),
)  # fmt: skip


def file_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return without(tree, pick(chance, tree))


def folder_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return without(tree, *text.files_of(tree, chance.choice(text.clients(tree))))


def client_deleted(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    client = chance.choice(text.clients(tree))
    return without(tree, *text.files_of(tree, client), f"stacks/Pulumi.{client}.yaml")


def all_deleted(_chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return {name: data for name, data in tree.items() if not name.startswith("identities/")}


def emptied(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree, people=True)
    return put(tree, name, chance.choice(["", "people:\n", "people: {}\n", "# people\n", "---\n"]))


def client_renamed(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    client = chance.choice(text.clients(tree))
    stack = chance.random() < 0.5
    moved = {}
    for name, data in tree.items():
        at = name.replace(f"identities/{client}/", "identities/renamed/")
        moved[at.replace(f"Pulumi.{client}.", "Pulumi.renamed.") if stack else at] = data
    return moved


def file_renamed(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree)
    folder, _, last = name.rpartition("/")
    other = chance.choice(
        [f"{folder}/new-{last}", name.replace(".yaml", ".yml"), f"{name}.orig", f"{folder}/_{last}"]
    )
    return {**without(tree, name), other: tree[name]}


def people_exchanged(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return exchanged(chance, tree, "people.yaml")


def settings_exchanged(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    return exchanged(chance, tree, chance.choice(["client.yaml", "groups.yaml"]))


def copied_over(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = chance.choice(["people.yaml", "groups.yaml", "client.yaml"])
    return put(tree, pick(chance, tree, name=name), tree[pick(chance, tree, name=name)])


def setting(chance: Random, tree: Tree, _past: Tree) -> dict[str, bytes]:
    name = pick(chance, tree, name="client.yaml")
    possible = [each for each in _SETTINGS if re.search(each[0], tree[name].decode())]
    old, new = chance.choice(possible)
    return put(tree, name, re.sub(old, new, tree[name].decode(), count=1))


def client_reverted(chance: Random, tree: Tree, past: Tree) -> dict[str, bytes]:
    client = chance.choice(text.clients(tree))
    return {
        **without(tree, *text.files_of(tree, client)),
        **{n: past[n] for n in text.files_of(past, client)},
    }


def all_reverted(_chance: Random, _tree: Tree, past: Tree) -> dict[str, bytes]:
    return dict(past)


def exchanged(chance: Random, tree: Tree, name: str) -> dict[str, bytes]:
    one, other = pick(chance, tree, name=name), pick(chance, tree, name=name)
    return {**tree, one: tree[other], other: tree[one]}
