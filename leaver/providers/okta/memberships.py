"""Both membership resources: the users of one group, and the groups of one user."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from leaver.providers.okta.api import Api, ApiError, segment

_PAGE = {"limit": "200"}


def create_for_group(api: Api, group_id: str, users: Sequence[str]) -> None:
    """PUT each user, then wait until the group shows any member. No request for an empty list.

    Raises ApiError at the first refusal; memberships made before it stay.
    """
    if not users:
        return
    _add_users(api, group_id, users)
    for _ in api.attempts():
        with api.step(f"unable to return membership for group ({group_id}) from API"):
            if api.find("GET", f"groups/{segment(group_id)}/users", _PAGE):
                return
    raise ApiError(0, f"group ({group_id}) did not have expected user memberships after multiple checks")


def read_for_group(api: Api, group_id: str, users: Sequence[str], track_all: bool) -> list[str]:
    """The members to keep in state: those of `users` that are still in, or with `track_all` all members.

    A missing group reads as an empty one. Without `track_all` the paging ends when all are found.
    """
    listed: list[str] = []
    missing = set(users)
    if not users and not track_all:
        return []
    checking = f'An error occurred checking user ids for group "{group_id}", error'
    with api.step(checking), api.step(f"unable to list users for group ({group_id}) from API, error"):
        for page in api.pages(f"groups/{segment(group_id)}/users", _PAGE):
            listed += [str(user["id"]) for user in page]
            missing.difference_update(listed)
            if not track_all and not missing:
                return list(users)
    if not track_all:
        return [user for user in users if user not in missing]
    return list(users) if set(users) == set(listed) else sorted(listed)


def import_for_group(api: Api, group_id: str) -> list[str]:
    """All members, for an import."""
    pages = api.pages(f"groups/{segment(group_id)}/users", _PAGE)
    return sorted(str(user["id"]) for page in pages for user in page)


def update_for_group(api: Api, group_id: str, old: Iterable[str], new: Iterable[str]) -> None:
    """Add, then remove. **Errors are swallowed**, as the real provider does: read back, never trust it."""
    before, after = set(old), set(new)
    with suppress(ApiError):
        _add_users(api, group_id, sorted(after - before))
    with suppress(ApiError):
        delete_for_group(api, group_id, sorted(before - after))


def delete_for_group(api: Api, group_id: str, users: Iterable[str]) -> None:
    """DELETE each membership; one that is already gone is fine. Raises ApiError."""
    for user in users:
        with api.step(f"failed to remove user ({user}) from group ({group_id})"):
            api.find("DELETE", _member(group_id, user))


def create_for_user(api: Api, user_id: str, groups: Sequence[str]) -> None:
    """PUT into each group, then wait until the user shows all of them; an empty list never shows."""
    _add_to_groups(api, user_id, groups)
    for _ in api.attempts():
        if user_has(api, user_id, groups):
            return
    raise ApiError(0, f"user ({user_id}) did not have expected group memberships after multiple checks")


def user_has(api: Api, user_id: str, groups: Iterable[str]) -> bool:
    """Whether the user is in every one of `groups`; a user without any group has none of them."""
    with api.step(f"unable to return groups for user ({user_id}) from API"):
        found = {group["id"] for page in api.pages(f"users/{segment(user_id)}/groups") for group in page}
    return bool(found) and found.issuperset(groups)


def update_for_user(api: Api, user_id: str, old: Iterable[str], new: Iterable[str]) -> None:
    """Add, then remove; the first refusal ends it. Raises ApiError."""
    before, after = set(old), set(new)
    _add_to_groups(api, user_id, sorted(after - before))
    delete_for_user(api, user_id, sorted(before - after))


def delete_for_user(api: Api, user_id: str, groups: Iterable[str]) -> None:
    """DELETE each membership; one that is already gone is fine. Raises ApiError."""
    for group in groups:
        with api.step(f"failed to remove user ({user_id}) from group ({group})"):
            api.find("DELETE", _member(group, user_id))


def _add_users(api: Api, group_id: str, users: Iterable[str]) -> None:
    for user in users:
        with api.step(f"failed to add user ({user}) to group ({group_id})"):
            api.call("PUT", _member(group_id, user))


def _add_to_groups(api: Api, user_id: str, groups: Iterable[str]) -> None:
    for group in groups:
        with api.step(f"failed to add user ({user_id}) to group ({group})"):
            api.call("PUT", _member(group, user_id))


def _member(group: Any, user: Any) -> str:
    return f"groups/{segment(group)}/users/{segment(user)}"
