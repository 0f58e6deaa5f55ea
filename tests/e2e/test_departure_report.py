"""The report of a departure that the real engine did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leaver.cli.evidence_facts import one_departure
from leaver.cli.session import Session
from leaver.evidence import open_store
from leaver.evidence.report.departure_document import departure_document
from leaver.evidence.report.html import document_html
from leaver.evidence.report.values import Verdict
from tests.e2e.test_departure_runbook import BOTH, GONE, GROUPS, LEAVING, LEE, hired
from tests.e2e.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_an_apply_leaves_all_that_a_complete_report_needs(world: World) -> None:
    hired(world)
    world.write({"dana.reyes": LEAVING, "lee.park": LEE}, GROUPS, directories=BOTH)
    assert world.apply(GONE).outcome == "verified"
    later = (GONE + timedelta(hours=1)).isoformat()
    session = Session(environ={"LEAVER_HOME": str(world.home), "LEAVER_NOW": later}, project=world.root)
    with open_store(world.home) as store:
        report = one_departure(session, store, "acme", "dana.reyes")
    assert (report.verdict, report.reasons) == (Verdict.COMPLETE, ())
    assert {cut.directory: cut.good for cut in report.cuts} == {"entra": True, "okta": True}
    assert {name for each in report.had if each.what == "Groups" for name in each.names} >= {
        "Skiing",
        "Sales",
    }
    page = document_html(departure_document(report))
    assert "before, methods: password, phone (mobile)" in page
    assert page.count("request ") > len(report.steps) // 2
