"""The resources of Leaver's own: a person, what is done of a departure, a licence, what was lost lately."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from leaver.limits import Ledger
from leaver.source.state import DEPARTURE_TYPE, LEDGER_TYPE, LICENCE_TYPE, PERSON_TYPE


class Departure(pulumi.CustomResource):
    """What is done about one departed person's account beyond the account and its managed groups."""

    def __init__(self, name: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions) -> None:
        super().__init__(DEPARTURE_TYPE, name, {**inputs, "open": None, "outcomes": None}, options)


class Licence(pulumi.CustomResource):
    """A licence that an account is given directly."""

    def __init__(self, name: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions) -> None:
        super().__init__(LICENCE_TYPE, name, {**inputs, "skuId": None, "skuPartNumber": None}, options)


class PersonComponent(pulumi.ComponentResource):
    """One person: the tree of a preview reads as people.

    `removed` maps a directory key to the moment at which the record was first seen to be gone, and until when its
    account is kept (ISO 8601, `SINCE/UNTIL`).
    """

    def __init__(
        self, person: str, removed: pulumi.Input[Mapping[str, str] | None], was: str | None = None
    ) -> None:
        # What belongs to the person has their key in its name, and so inherits the alias.
        options = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=was)] if was else None)
        super().__init__(PERSON_TYPE, person, {"removed": removed}, options)

    def finish(self, accounts: Mapping[str, pulumi.Input[str]]) -> None:
        """Write down the directory IDs of the person's accounts, by directory key: a refresh keeps them."""
        self.register_outputs({"accounts": dict(accounts)})


class LossesComponent(pulumi.ComponentResource):
    """What was lost lately, and which overrides were used: in the state before the first of it is taken."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(LEDGER_TYPE, "losses", ledger.to_json())
        self.register_outputs({})
