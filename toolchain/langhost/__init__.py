"""Pulumi's language host for Python, where no official one is installed; runs in the virtual environment."""
