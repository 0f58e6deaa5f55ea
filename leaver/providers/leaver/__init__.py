"""Leaver's own provider plugin: what the vendors' providers lack, as resources that a plain preview shows.

`leaver:index:Departure` is everything that is done about one departed person's account in one directory beyond the
account itself and its managed groups; `leaver:index:Licence` is one licence that one account is given directly.
Nothing is imported here, so that the plugin starts quickly.
"""
