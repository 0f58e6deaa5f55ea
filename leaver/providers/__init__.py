"""Pulumi provider plugins: stand-ins for the real ones, and the base that they share."""
