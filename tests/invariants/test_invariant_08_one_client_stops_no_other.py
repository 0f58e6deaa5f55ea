"""Invariant 8: one client's failure stops no other, and nothing in one's run can read another's credentials."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from leaver.actions.credentials import VARIABLES
from leaver.fleet import engine_environment
from leaver.model import Client, ClientSettings
from leaver.model.variables import clashes, prefix
from tests.examples import examples
from tests.invariants.oracle import PROFILE
from tests.service.stage import Stage, T, client, leaving
from tests.strategies import KEYS, directories

NAMES = ("acme", "acme-uk", "brightwater", "kestrel", "zephyr")
TROUBLE = st.sampled_from(["none", "failing", "slow", "mistaken"])


@st.composite
def keyed(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Directories of several clients, whose keys like to begin alike."""
    keys = draw(st.lists(KEYS | st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
    return {key: draw(directories()) for key in keys}


@PROFILE
@given(keyed())
def test_invariant_08_a_run_sees_its_own_clients_variables_and_no_others(
    found: dict[str, dict[str, Any]],
) -> None:
    pairs = [(key, directory) for key, places in found.items() for directory in places]
    assume(not clashes(pairs))
    environ = {prefix(*pair) + name: f"{pair[0]} {pair[1]} {name}" for pair in pairs for name in VARIABLES}
    names = {key: prefix(key, "PASSPHRASE").rstrip("_") for key in found}
    assume(len(set(names.values())) == len(names))
    environ |= {name: f"{key} - PASSPHRASE" for key, name in names.items()}
    environ |= {"LEAVER_NOTIFY_URLS": "- -", "LEAVER_DATABASE_URL": "- -", "LEAVER_HEARTBEAT_URL": "- -"}
    for key, places in found.items():
        named = ClientSettings.model_validate({"name": key, "directories": places})
        env = engine_environment(Path(), Path(), Client(key, named, {}, {}), environ)
        values = {env[name] for name in env if name in environ}
        assert {value.partition(" ")[0] for value in values} == {key}
        assert len(values) == len(places) * len(VARIABLES) + 1


@examples(25)
@given(st.fixed_dictionaries(dict.fromkeys(NAMES, TROUBLE)), st.integers(1, 60))
def test_invariant_08_whatever_fails_at_some_clients_the_departures_of_the_others_happen(
    troubles: dict[str, str], each: int
) -> None:
    people = {f"p{number:02}": leaving(T) for number in range(each)}

    async def scene() -> None:
        stage = Stage(*(client(name, people) for name in NAMES))
        await stage.start()
        for name, trouble in troubles.items():
            if trouble != "none":
                getattr(stage.directories, trouble).add(name)
        await stage.at(T)
        well = {name for name, trouble in troubles.items() if trouble == "none"}
        assert stage.directories.gone == {(name, person) for name in well for person in people}
        await stage.service.close()

    asyncio.run(scene())
