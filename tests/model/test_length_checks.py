"""How long a value may be in a directory of a kind."""

from __future__ import annotations

import pytest

from leaver.model.length_checks import check_lengths
from tests.estates import client


@pytest.mark.parametrize(
    ("directories", "fields", "said"),
    [
        (("entra",), {"employee id": "0" * 17}, ["`employee id` has 17 characters, and entra takes 16"]),
        (("entra",), {"employee id": "0" * 16, "title": "x" * 128, "given name": "x" * 64}, []),
        (("okta",), {"title": "x" * 200, "employee id": "0" * 17}, []),
        (("entra", "okta"), {"given name": "x" * 51}, ["`given name` has 51 characters, and okta takes 50"]),
        (("entra", "okta"), {"given name": "x" * 51, "accounts": ["entra"]}, []),
        (
            ("okta",),
            {"name": f"{'x' * 51} Reyes"},
            ["`name` makes a given name of 51 characters, and okta takes 50"],
        ),
        (("okta",), {"name": f"{'x' * 51} Reyes", "given name": "Dana"}, []),
    ],
)
def test_a_value_that_a_directory_does_not_take_is_found(
    directories: tuple[str, ...], fields: dict[str, object], said: list[str]
) -> None:
    made = client({"dana.reyes": fields}, directories=directories)
    assert [finding.fault for finding in check_lengths(made)] == said
