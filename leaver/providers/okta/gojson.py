"""JSON text as Go's encoder writes it: sorted keys, no spaces, `<`, `>` and `&` escaped.

Custom attributes are kept as JSON text in state, so the text itself has to be the real provider's.
"""

import json
from typing import Any

_ESCAPES = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


def dump(value: Any) -> str:
    """Compact JSON text of a JSON value; a float without a fraction is written as an integer."""
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.translate(_ESCAPES)


def load_object(text: str | None) -> dict[str, Any]:
    """The object that `text` holds; empty for absent, faulty or non-object text."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def normal(text: str | None) -> str | None:
    """`text` in Go's form; text that is no JSON stays as it is."""
    if not text:
        return text
    try:
        return dump(json.loads(text))
    except ValueError:
        return text


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
