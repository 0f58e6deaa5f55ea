"""Which environment variables hold which directory's credentials."""

from __future__ import annotations

from leaver.model.variables import clashes


def test_keys_that_would_share_their_variables_are_found() -> None:
    pairs = [("acme-uk", "entra"), ("acme", "uk-entra"), ("acme", "entra"), ("acme.uk", "entra")]
    assert clashes(pairs) == [(("acme", "uk-entra"), ("acme-uk", "entra"), ("acme.uk", "entra"))]
    assert clashes([("acme", "entra"), ("acme", "okta"), ("globex", "entra")]) == []
