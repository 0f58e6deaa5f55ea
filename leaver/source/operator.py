"""Whoever gives a word, and so is the author of its commit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operator:
    """Who gave the word: `Ana Lee <ana@msp.example>`."""

    name: str
    email: str = ""

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.email else self.name

    @classmethod
    def parse(cls, text: str) -> Operator:
        """`Ana Lee <ana@msp.example>`, or a name, or an address."""
        name, found, rest = text.strip().partition("<")
        if found:
            return cls(name.strip() or rest.rstrip("> "), rest.rstrip("> "))
        return cls(text.strip(), text.strip() if "@" in text else "")
