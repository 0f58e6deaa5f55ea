"""Random edits of a made-up estate, what they would take away, and whom their diff names; see bench/mutations.py."""
