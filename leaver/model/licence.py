"""A licence that people are given directly: what the client calls it, and the product that it is of."""

from __future__ import annotations

from leaver.model.types import Key, Record, Seats, Sku


class Licence(Record):
    """A licence in one Entra directory of the client, given to the people whose records name it."""

    sku: Sku
    """The product: its part number, such as SPE_E3, or its ID, a UUID (subscribedSkus of Microsoft Graph)."""
    directory: Key | None = None
    """The directory's key in client.yaml; left out, the client's only Entra directory."""
    seats: Seats | None = None
    """How many of it were bought for people with records; more than that in the records breaks a policy."""
