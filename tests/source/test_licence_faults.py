"""Each fault of a licence, in client.yaml or in a record, as one line with its place and its remedy."""

from __future__ import annotations

import pytest

from tests.source.project import CLIENT, Project

SECOND = "  lab: {kind: entra, tenant: 11111111-2222-3333-4444-666666666666, domain: lab.example}\n"
CATALOGUE = "licences:\n  m365-e3: {sku: SPE_E3, seats: 2}\n"
DANA = "people:\n  dana:\n    usage location: GB\n    licences: [m365-e3]\n"

OF_PEOPLE = {
    "a licence that there is not": (
        "usage location: GB\n    licences: [m365-e5]",
        '4:16: person "dana": licence "m365-e5" is not known. Correct it to "m365-e3", or add it to `licences` in '
        "client.yaml.",
    ),
    "the same one twice": (
        "usage location: GB\n    licences: [m365-e3, m365-e3]",
        '4:25: person "dana": `licences` names "m365-e3" twice. Keep one of them.',
    ),
    "no account there": (
        "usage location: GB\n    accounts: [okta]\n    licences: [m365-e3]",
        '5:16: person "dana": licence "m365-e3" is in entra, where the person has no account. Add entra to '
        "`accounts`, or remove the licence.",
    ),
    "no usage location": (
        "licences: [m365-e3]",
        '3:5: person "dana": has licences without a usage location, and Entra assigns none without. Add `usage '
        "location:`, two letters such as GB.",
    ),
    "a usage location that is none": (
        "usage location: Boston\n    licences: [m365-e3]",
        '3:21: person "dana": `usage location` "Boston" is not a country code',
    ),
}


@pytest.mark.parametrize("fault", OF_PEOPLE)
def test_what_a_record_says_of_licences(project: Project, fault: str) -> None:
    fields, expected = OF_PEOPLE[fault]
    project.write(client=CLIENT + CATALOGUE, people=f"people:\n  dana:\n    {fields}\n")
    (found,) = project.problems()
    assert found.startswith(f"people.yaml:{expected}")


OF_CLIENTS = {
    "an okta directory": (
        CLIENT + "licences:\n  m365-e3: {sku: SPE_E3, directory: okta}\n",
        '7:37: licence "m365-e3": is in okta, which is no Entra directory. Only Entra gives licences: correct '
        "`directory`, or remove the licence.",
    ),
    "a directory that there is not": (
        CLIENT + "licences:\n  m365-e3: {sku: SPE_E3, directory: entar}\n",
        '7:37: licence "m365-e3": directory "entar" is not known. Correct it to "entra", or add it to '
        "`directories`.",
    ),
    "two tenants and no word which": (
        CLIENT + SECOND + CATALOGUE,
        '8:3: licence "m365-e3": does not say which of entra and lab it is in. Add `directory:`.',
    ),
    "no tenant": (
        "name: Acme\nzone: UTC\ndirectories:\n  okta: {kind: okta, org: acme, domain: a.example}\n"
        + CATALOGUE,
        '6:3: licence "m365-e3": is a licence of a client without an Entra directory. Remove it.',
    ),
    "one product twice": (
        CLIENT + CATALOGUE + "  office: {sku: spe_e3}\n",
        '8:17: licence "office": is spe_e3 in entra, and so is licence "m365-e3". Keep one of them.',
    ),
    "no product": (
        CLIENT + "licences:\n  m365-e3: {sku: Microsoft 365 E3}\n",
        '7:18: client "acme": `licences.m365-e3.sku` "Microsoft 365 E3" is not a product. Write its part number, '
        'like "SPE_E3", or its ID (GET /subscribedSkus of Microsoft Graph).',
    ),
}


@pytest.mark.parametrize("fault", OF_CLIENTS)
def test_what_client_yaml_says_of_licences(project: Project, fault: str) -> None:
    text, expected = OF_CLIENTS[fault]
    project.write(client=text, people="people:\n  dana: {}\n", groups=None)
    (found,) = project.problems()
    assert found.startswith(f"client.yaml:{expected}")


def test_two_tenants_may_have_a_licence_of_one_product_each(project: Project) -> None:
    both = "licences:\n  here: {sku: SPE_E3, directory: entra}\n  there: {sku: SPE_E3, directory: lab}\n"
    people = "people:\n  dana: {accounts: [lab], usage location: GB, licences: [there]}\n"
    project.write(client=CLIENT + SECOND + both, people=people)
    assert project.problems() == []
    assert project.load().clients["acme"].licence_directory("there") == "lab"


def test_what_is_right_is_no_problem(project: Project) -> None:
    project.write(client=CLIENT + CATALOGUE, people=DANA)
    assert project.problems() == []
    assert project.load().clients["acme"].licence_directory("m365-e3") == "entra"
