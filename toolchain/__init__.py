"""Gets what Leaver runs on: a virtual environment and Pulumi's engine. Plain standard library, no installs."""
