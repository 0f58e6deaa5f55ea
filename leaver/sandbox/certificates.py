"""The sandbox's certificate authority: made once, so that SSL_CERT_FILE stays valid over restarts."""

from __future__ import annotations

from pathlib import Path

import trustme

from leaver.sandbox.files import write_private


def serving_certificate(home: Path) -> tuple[Path, Path]:
    """The CA file to trust (`ca.pem`) and the server's key and chain in one file, made as needed.

    The server's certificate is for 127.0.0.1 and localhost.
    """
    ca_file, key_file, server_file = home / "ca.pem", home / "ca-key.pem", home / "server.pem"
    if ca_file.exists() and key_file.exists():
        authority = trustme.CA.from_pem(ca_file.read_bytes(), key_file.read_bytes())
    else:
        authority = trustme.CA(organization_name="Leaver sandbox")
        write_private(key_file, authority.private_key_pem.bytes().decode())
        write_private(ca_file, authority.cert_pem.bytes().decode())
    leaf = authority.issue_cert("127.0.0.1", "localhost")
    write_private(server_file, leaf.private_key_and_cert_chain_pem.bytes().decode())
    return ca_file, server_file
