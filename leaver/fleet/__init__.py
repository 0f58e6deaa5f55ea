"""Runs over clients: preview, apply and verify, one engine process a client, none able to stop another."""

from leaver.fleet.engine import Engine, EngineFailed, EngineRun
from leaver.fleet.environment import engine_environment
from leaver.fleet.reports import ApplyReport, Difference, PreviewReport, Progress, VerifyReport
from leaver.fleet.run import Fleet

__all__ = [
    "ApplyReport",
    "Difference",
    "Engine",
    "EngineFailed",
    "EngineRun",
    "Fleet",
    "PreviewReport",
    "Progress",
    "VerifyReport",
    "engine_environment",
]
