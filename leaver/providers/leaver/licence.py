"""leaver:index:Licence: one licence that one account of an Entra directory is given directly.

The account's other licences, and what it has by a group, are nobody's business here. Taking the resource away takes
the licence away, if it is still there. One whose person has no access any more is `left` to the runbook: nothing is
given then, and nothing is taken.
"""

from __future__ import annotations

import re
from functools import partial

from leaver.providers.base.errors import Failure, ProviderError
from leaver.providers.base.resource import MINUTE, Call, Field, ResourceType
from leaver.providers.base.values import Bag
from leaver.providers.leaver.assignment import Assignment, look
from leaver.providers.leaver.session import Session

TYPE = "leaver:index:Licence"
_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


def create(call: Call, planned: Bag) -> tuple[str, Bag]:
    """Give the licence, unless the account has it. Raises ProviderError when it is not seen afterwards."""
    if planned.get("left") is True:
        return f"{planned['account']}/licence/{str(planned['sku']).lower()}", planned
    return _given(call, planned)


def update(call: Call, _resource_id: str, olds: Bag, planned: Bag) -> Bag:
    """The same: what changes without a replacement changes nothing in the directory."""
    return {**olds, **planned} if planned.get("left") is True else _given(call, planned)[1]


def read(call: Call, resource_id: str, olds: Bag) -> Bag | None:
    """Whether the account still has it directly; None where it has not, or is gone."""
    session: Session = call.session
    account, _, sku = resource_id.partition("/licence/")
    if olds.get("skuPartNumber"):
        held = session.run(call, _assignment(session, account, olds).held)
        return olds if sku in held else None
    seen = session.run(call, partial(look, account=account, place=_place(session, account)))
    product = seen.product(sku)
    if sku not in seen.direct or product is None:
        return None
    return {"account": account, "sku": sku, **olds, "skuId": product.id, "skuPartNumber": product.name}


def delete(call: Call, resource_id: str, olds: Bag) -> None:
    """Take the licence away; fine where it is gone, and where the account is. What is `left` is let go of."""
    if olds.get("left") is True:
        return
    session: Session = call.session
    account, _, sku = resource_id.partition("/licence/")
    with session.turns.of(account, call):
        session.run(call, _assignment(session, account, olds).take(sku))


def plan(olds: Bag | None, planned: Bag) -> Bag:
    """A product's number and its ID are the same, and what is taken instead matters only when it is given."""
    if olds is None:
        return planned
    word, known = str(planned.get("sku")).casefold(), (olds.get("skuId"), olds.get("skuPartNumber"))
    if word in (str(each).casefold() for each in known if each):
        planned["sku"] = olds.get("sku")
    if all(planned.get(name) == olds.get(name) for name in ("account", "sku")):
        planned["instead"] = olds.get("instead")
    return planned


def check(inputs: Bag) -> list[Failure]:
    """Products that cannot be any."""
    stated = inputs.get("instead")
    words = [inputs.get("sku"), *(stated if isinstance(stated, list) else ())]
    return [
        Failure("sku", f'"{word}" is neither a part number nor an ID of a product')
        for word in words
        if isinstance(word, str) and not _SKU.fullmatch(word)
    ]


def import_id(given: str) -> str | None:
    """`{account}/licence/{skuId}`; anything else names no licence, and no request is made."""
    account, _, sku = given.partition("/licence/")
    return (
        f"{account}/licence/{sku.lower()}" if account and _SKU.fullmatch(sku) and "/" not in account else None
    )


def _given(call: Call, planned: Bag) -> tuple[str, Bag]:
    session: Session = call.session
    account = str(planned["account"])
    stated = planned.get("instead")
    instead = [str(each).lower() for each in stated] if isinstance(stated, list) else []
    state = {**planned, "skuId": None, "skuPartNumber": None}

    def asked(sku_id: str, name: str) -> None:
        state.update(skuId=sku_id, skuPartNumber=name)
        call.created(f"{account}/licence/{sku_id}", state)

    with session.turns.of(account, call):
        product = session.run(
            call, _assignment(session, account, planned).give(str(planned["sku"]), instead, asked)
        )
    return f"{account}/licence/{product.id}", {**state, "skuId": product.id, "skuPartNumber": product.name}


def _assignment(session: Session, account: str, bag: Bag) -> Assignment:
    return Assignment(account, _place(session, account, str(bag.get("licence") or "")))


def _place(session: Session, account: str, licence: str = "") -> str:
    if session.settings.kind != "entra":
        raise ProviderError(f"{session.client}/{session.directory}: only an Entra directory gives licences.")
    what = f'licence "{licence}"' if licence else "a licence"
    return f'{session.client}/{session.directory}: {what} of account "{account}"'


LICENCE = ResourceType(
    token=TYPE,
    fields=(
        Field("account", required=True, replace=True),
        Field("licence"),
        Field("sku", required=True, replace=True),
        Field("instead", "set"),
        Field("left", "bool"),
        Field("skuId", input=False),
        Field("skuPartNumber", input=False),
    ),
    create=create,
    read=read,
    update=update,
    delete=delete,
    plan=plan,
    check=check,
    import_id=import_id,
    timeouts={"create": 5 * MINUTE, "read": 5 * MINUTE, "update": 5 * MINUTE, "delete": 5 * MINUTE},
)
