"""`python -m leaver.cli`, for a checkout that is not installed."""

from leaver.cli import main

if __name__ == "__main__":
    main()
