"""The Okta Management API of the sandbox, one org for each Okta directory.

Faithful to Okta's documents where they speak; where they are silent the stricter reading is taken, so that
what works here works there.
"""

from leaver.sandbox.okta.hooks import prepare, seed, sessions, sign_in
from leaver.sandbox.okta.routing import routes
from leaver.sandbox.okta.schema import SCHEMA

__all__ = ["SCHEMA", "prepare", "routes", "seed", "sessions", "sign_in"]
