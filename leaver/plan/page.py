"""A plan as one page for a browser: nothing is fetched, no script runs, and everything from records is escaped."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, StrictUndefined

from leaver.escape import terminal
from leaver.limits import allowing
from leaver.plan.outline import outline
from leaver.plan.plan import Plan
from leaver.plan.text import Role

_CLASSES = {"-": Role.TAKES, "+": Role.GIVES, "=": Role.GIVES, "~": Role.CHANGES, " ": Role.PLAIN}


def render(plan: Plan) -> str:
    """The page, in HTML."""
    found = outline(plan)
    # Autoescaping does what `leaver.escape.html` does; what a reader cannot see is made visible before.
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    environment.filters["shown"] = terminal
    template = environment.from_string(
        resources.files("leaver.plan").joinpath("page.html.j2").read_text(encoding="utf-8")
    )
    return template.render(
        plan=plan,
        title=terminal(found.title),
        seen=f"{plan.now:%Y-%m-%d %H:%M} UTC",
        parts=found.parts,
        limits=[terminal(line) for line in (*found.gone, *found.limits)],
        refusals=[allowing(terminal(line)) for refusal in found.refusals for line in refusal.splitlines()],
        classes={mark: role.value for mark, role in _CLASSES.items()},
    )
