"""Hold what a run would do against an approved plan of the records (invariant 6).

The plan names people, directories, groups, roles, licences and attributes; the engine says the same of accounts that
it found. What neither the plan names nor a moment brings about that was agreed before is refused, and so is every
record that is not the one that was approved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from leaver.actions import attributes
from leaver.desired import Change, ChangeReport, Effect, NotApproved
from leaver.fleet.reports import PreviewReport
from leaver.lifecycle import effective_end, ended_term
from leaver.limits import Judgement, other_plan
from leaver.model import Client
from leaver.plan import Access, ClientChange, Item, PersonChange, Plan, digests_of, seen
from leaver.plan.canonical import digest_of

_ENDS = (Effect.DISABLED, Effect.DELETED, Effect.REMOVED, Effect.STEPS)
_GROUP = "group "
_ROLE = "role "
_LICENCE = "licence "
_SHOWN = 20


def refuse_other_records(plan: Plan, clients: Mapping[str, Client]) -> None:
    """Refuse records that are not those of the plan.

    Raises:
        NotApproved: names every client and every record that differs.
    """
    found = [line for change in plan.clients for line in _other_records(change, clients.get(change.key))]
    if found:
        raise NotApproved(
            f"plan {plan.short_hash}: the records are not those that were approved:\n"
            + "\n".join(f"  {line}" for line in found)
            + f"\nCheck out the commit that was approved, or have these records approved: {plan.again()}"
        )


def _other_records(change: ClientChange, client: Client | None) -> Iterator[str]:
    if client is None:
        yield f"{change.key}: there is no such client"
        return
    if digest_of(client) == change.after:
        return
    now, then = digests_of(client), change.records
    differing = ["client.yaml"] if now.settings != then.settings else []
    for noun, here, there in (("group", now.groups, then.groups), ("person", now.people, then.people)):
        for key in sorted({*here, *there}):
            if here.get(key) != there.get(key):
                fate = " (new)" if key not in there else " (gone)" if key not in here else ""
                differing.append(f'{noun} "{key}"{fate}')
    more = f" and {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else ""
    yield f"{change.key}: {', '.join(differing[:_SHOWN]) or 'overrides.yaml'}{more}"


def refuse_unnamed(plan: Plan, report: ChangeReport, client: Client, now: datetime) -> None:
    """Refuse a run that would do what the plan does not name; doing less is fine.

    Raises:
        NotApproved: names every effect.
    """
    change = next((each for each in plan.clients if each.key == client.key), None)
    view = plan.engine.get(client.key)
    approved = {_said(each) for each in view.changes} if view else set()
    naming = Naming(change, client, now) if change else None
    extra = [
        each
        for each in report.changes
        if _said(each) not in approved and (naming is None or naming.why(each) is None)
    ]
    if extra:
        listing = "\n".join(
            f"  {each.subject} in {each.directory}: {each.effect} {each.what}" for each in extra
        )
        raise NotApproved(
            f"{client.key}: the approved plan {plan.short_hash} does not name:\n{listing}\n"
            "The directory is not as the records had it. Have this approved too: "
            f"{plan.again(client.key, with_engine=True)}"
        )


def refuse_other_override(plan: Plan, judgement: Judgement, client: Client, now: datetime) -> None:
    """Refuse a run that uses an override which names another plan.

    Raises:
        NotApproved: says which override, both plans, and what to write.
    """
    used = judgement.override
    # Another one of the same losses may name this plan.
    approval = plan.approval(client.key)
    if used is None or any(each.allows(used.losses, approval, now) for each in client.overrides):
        return
    place = f"identities/{client.key}/overrides.yaml: overrides[{client.overrides.index(used)}]"
    raise NotApproved(f"{client.key}: {place}: {other_plan(used, approval)}")


def _said(change: Change) -> tuple[str, str, Effect, str]:
    return (change.subject, change.directory, change.effect, change.what)


class Naming:
    """What the plan of one client names, as it stands at `now`."""

    def __init__(self, change: ClientChange, client: Client, now: datetime) -> None:
        self._change = change
        self._client = client
        self._now = now
        self._people = {person.key: person for person in change.people}
        self._people |= {person.renamed_from: person for person in change.people if person.renamed_from}

    def why(self, effect: Change) -> str | None:
        """`plan` or `agreed before`: what names the effect; None where nothing does."""
        if self._named(effect):
            return "plan"
        return "agreed before" if self._agreed(effect) else None

    def now_of(self, person: PersonChange, *, gained: bool) -> set[Item]:
        """What the person gains, or loses, with this very apply."""
        return {
            shift.item
            for shift in person.shifts
            if shift.gained is gained and any(span.start is None for span in seen(shift, self._now))
        }

    def _named(self, effect: Change) -> bool:
        if effect.subject.startswith(_GROUP):
            return self._group(effect)
        if effect.what.startswith(_LICENCE) and self._product(effect):
            return True
        person = self._people.get(effect.subject)
        if person is None:
            return self._stranger(effect)
        account = Item(effect.directory, Access.ACCOUNT)
        gained, lost = self.now_of(person, gained=True), self.now_of(person, gained=False)
        gone = any(each.directory == effect.directory and each.after is None for each in person.accounts)
        states = {field.field for field in person.fields}
        match effect.effect:
            case Effect.DISABLED:
                return account in lost or gone
            case Effect.STEPS:
                # Some are taken ahead of the moment: whoever gets an end gets them.
                return account in lost or gone or person.before != person.after
            case Effect.DELETED:
                return gone
            case Effect.REMOVED:
                decided = person.decided and effect.what.startswith(_GROUP)
                return account in lost or gone or decided or self._item(effect) in lost
            case Effect.CREATED:
                return account in gained or (person.reinstates and "reinstate" in states)
            case Effect.ADOPTED:
                back = person.reinstates and "reinstate" in states
                return account in gained or "adopt" in states or back
            case Effect.RESTORED | Effect.ENABLED:
                return person.reinstates and (account in gained or "reinstate" in states)
            case Effect.ADDED:
                return self._item(effect) in gained or (person.reinstates and "reinstate" in states)
            case Effect.CHANGED:
                return account in gained or self._attribute(person, effect)
            case Effect.RENAMED:
                return person.renamed_from is not None
        return False

    def _agreed(self, effect: Change) -> bool:
        """Whether it follows from an end that the records name, and that was approved when it was merged.

        An end never ages out: what is left to take away after it is taken away whenever it shows.
        """
        if effect.effect not in _ENDS:
            return False
        person = self._client.people.get(effect.subject)
        if person is None:
            # The last run looked after the account, and its record went with an earlier change.
            return effect.gone
        if effect.effect is Effect.DELETED or effect.directory not in self._client.accounts(effect.subject):
            return False
        if effect.effect is Effect.STEPS:
            return person.disabled or person.departure is not None or person.until is not None
        end = effective_end(person)
        if person.disabled or (end is not None and end <= self._now):
            return True
        if effect.what.startswith(_LICENCE):
            return False
        item = self._item(effect)
        return effect.effect is Effect.REMOVED and ended_term(person, item.name, self._now) is not None

    def _group(self, effect: Change) -> bool:
        name = effect.subject.removeprefix(_GROUP)
        found = [
            each for each in self._change.groups if (each.name, each.directory) == (name, effect.directory)
        ]
        wanted = {
            Effect.CREATED: ("added",),
            Effect.ADOPTED: ("added", "changed"),
            Effect.DELETED: ("removed",),
            Effect.CHANGED: ("changed",),
        }
        return any(each.record in wanted.get(effect.effect, ()) for each in found)

    def _product(self, effect: Change) -> bool:
        """Whether client.yaml now says another product for the licence that somebody gets."""
        field = f"licences.{effect.what.removeprefix(_LICENCE)}.sku"
        return effect.effect is Effect.ADDED and any(each.field == field for each in self._change.settings)

    def _stranger(self, effect: Change) -> bool:
        """Whether a group that the plan makes exact loses somebody of whom no record says anything."""
        if effect.effect is not Effect.REMOVED or effect.subject in self._client.people:
            return False
        name = effect.what.removeprefix(_GROUP)
        return any(
            each.exact and (each.name, each.directory) == (name, effect.directory)
            for each in self._change.groups
        )

    def _item(self, effect: Change) -> Item:
        """The group, by its key, the role or the licence that the effect is about."""
        if effect.what.startswith(_LICENCE):
            return Item(effect.directory, Access.LICENCE, effect.what.removeprefix(_LICENCE))
        if effect.what.startswith(_ROLE):
            return Item(effect.directory, Access.ROLE, effect.what.removeprefix(_ROLE))
        name = effect.what.removeprefix(_GROUP)
        keys = [
            key
            for key, group in self._client.groups.items()
            if (group.name, group.directory) == (name, effect.directory)
        ]
        keys += [key for key, known in self._change.group_names.items() if known == name]
        return Item(effect.directory, Access.GROUP, keys[0] if keys else name)

    def _attribute(self, person: PersonChange, effect: Change) -> bool:
        """Whether the record states another value than before; which one, its digest says."""
        label = effect.what.partition(":")[0]
        if label == "username":
            return any(
                each.directory == effect.directory and each.before and each.after for each in person.accounts
            )
        settings = self._client.settings.directories.get(effect.directory)
        entra = settings is None or settings.kind == "entra"
        arguments = attributes.ENTRA_FIELDS if entra else attributes.OKTA_FIELDS
        labels = {
            arguments.get(name, name).replace("_", " ")
            for field in person.fields
            if (name := field.field.replace(" ", "_"))
        }
        return label in labels


def held_to(
    plan: Plan, previews: Iterable[PreviewReport], clients: Mapping[str, Client], now: datetime
) -> list[PreviewReport]:
    """The previews, each that would do what the plan does not name as one that is refused: it stops no other."""

    def check(preview: PreviewReport, client: Client) -> None:
        if preview.changes is not None:
            refuse_unnamed(plan, preview.changes, client, now)

    return _held(previews, clients, check)


def held_to_overrides(
    plan: Plan, previews: Iterable[PreviewReport], clients: Mapping[str, Client], now: datetime
) -> list[PreviewReport]:
    """The previews, each that an override of another plan allows as one that is refused.

    The output of a plain preview compares nothing (`since` is empty), and no override names it.
    """

    def check(preview: PreviewReport, client: Client) -> None:
        if preview.limits is not None and plan.since:
            refuse_other_override(plan, preview.limits, client, now)

    return _held(previews, clients, check)


def _held(
    previews: Iterable[PreviewReport],
    clients: Mapping[str, Client],
    check: Callable[[PreviewReport, Client], None],
) -> list[PreviewReport]:
    held = []
    for preview in previews:
        try:
            if preview.ok:
                check(preview, clients[preview.client])
        except NotApproved as refusal:
            held.append(PreviewReport(preview.client, error=str(refusal), exit_code=refusal.exit_code))
        else:
            held.append(preview)
    return held
