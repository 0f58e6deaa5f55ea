"""The sandbox: a loopback stand-in for Microsoft Graph, the Entra login and the Okta API.

Kept in SQLite, with faults to order and a request log. It listens on 127.0.0.1 only and is
never part of a run against real directories.
"""
