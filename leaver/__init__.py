"""Leaver: identity lifecycle as code for managed service providers."""

__version__ = "0.1.0"
