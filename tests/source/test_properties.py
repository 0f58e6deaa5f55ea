"""What holds for every client, whatever files it is written in."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from leaver.model import Client
from leaver.source import Estate, load
from tests.examples import examples
from tests.strategies import as_yaml, clients, people_text

PROFILE = examples(40)


def write(root: Path, client: Client, **people: str) -> None:
    folder = root / "identities" / client.key
    (folder / "people").mkdir(parents=True)
    texts = as_yaml(client)
    for name in ("client", "groups"):
        (folder / f"{name}.yaml").write_text(texts[name], encoding="utf-8")
    for name, text in people.items():
        (folder / "people" / f"{name}.yaml").write_text(text, encoding="utf-8")


def loaded(client: Client, cache: bool = False, **people: str) -> Estate:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, client, **people)
        if cache:
            load(root, cache=root / "cache")
        return load(root, cache=root / "cache" if cache else None)


@PROFILE
@given(clients())
def test_what_is_written_is_read(client: Client) -> None:
    assert loaded(client, all=as_yaml(client)["people"]).clients == {"acme": client}


@PROFILE
@given(clients(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_any_split_and_order_of_people_files_is_the_same_estate(
    client: Client, random: object, count: int
) -> None:
    keys = list(client.people)
    random.shuffle(keys)  # type: ignore[attr-defined]
    parts = {
        f"part{number}": people_text({key: client.people[key] for key in keys[number::count]})
        for number in range(count)
    }
    assert loaded(client, **parts).clients == {"acme": client}


@PROFILE
@given(clients())
def test_the_cache_gives_back_what_was_read(client: Client) -> None:
    estate = loaded(client, cache=True, all=as_yaml(client)["people"])
    fresh = loaded(client, all=as_yaml(client)["people"])
    assert estate.clients == fresh.clients
    assert estate.places == fresh.places
    person_sets = [
        {key: person.model_fields_set for key, person in known.clients["acme"].people.items()}
        for known in (estate, fresh)
    ]
    assert person_sets[0] == person_sets[1]
