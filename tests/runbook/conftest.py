from __future__ import annotations

from tests.sandbox.conftest import box, endpoint

__all__ = ["box", "endpoint"]
