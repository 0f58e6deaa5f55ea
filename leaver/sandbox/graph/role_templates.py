"""The directory roles that a tenant has, by the id of their template.

Ids: learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference.
"""

from __future__ import annotations

# id -> (name, description)
TEMPLATES: dict[str, tuple[str, str]] = {
    "62e90394-69f5-4237-9190-012177145e10": ("Global Administrator", "Manages everything in the directory."),
    "fe930be7-5e62-47db-91af-98c3a49a38b1": ("User Administrator", "Manages users and groups."),
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": (
        "Helpdesk Administrator",
        "Resets passwords of non-administrators.",
    ),
    "c4e39bd9-1100-46d3-8c65-fb160da0071f": ("Authentication Administrator", "Manages sign-in methods."),
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": (
        "Privileged Authentication Administrator",
        "Manages sign-in methods of everybody.",
    ),
    "e8611ab8-c189-46e8-94e1-60213ab1f814": ("Privileged Role Administrator", "Manages role assignments."),
    "194ae4cb-b126-40b2-bd5b-6091b380977d": ("Security Administrator", "Manages security features."),
    "5d6b6bb7-de71-4623-b4af-96380a352509": ("Security Reader", "Reads security information."),
    "29232cdf-9323-42fd-ade2-1d097af3e4de": ("Exchange Administrator", "Manages Exchange."),
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c": ("SharePoint Administrator", "Manages SharePoint."),
    "69091246-20e8-4a56-aa4d-066075b2a7a8": ("Teams Administrator", "Manages Teams."),
    "3a2c62db-5318-420d-8d74-23affee5d9d5": ("Intune Administrator", "Manages Intune."),
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": ("Application Administrator", "Manages app registrations."),
    "b0f54661-2d74-4c50-afa3-1ec803f12efe": ("Billing Administrator", "Manages purchases."),
    "fdd7a751-b60b-444a-984c-02652fe8fa1c": ("Groups Administrator", "Manages groups."),
    "4d6ac14f-3453-41d0-bef9-a3e0c569773a": ("License Administrator", "Manages licences."),
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": ("Directory Readers", "Can read basic directory information."),
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": ("Global Reader", "Reads what a Global Administrator can."),
}
