"""The clients' YAML files, read into the typed records of `leaver.model`."""

from leaver.source.all_limits import all_limits
from leaver.source.estate import ClientPlaces, Estate
from leaver.source.load import client_keys, load
from leaver.source.schema import schemas

__all__ = ["ClientPlaces", "Estate", "all_limits", "client_keys", "load", "schemas"]
