"""What Leaver costs in time and memory, measured: `make bench`, or `python -m bench NAME [OPTION...]`.

A module here with `BENCH` (its name) and `main(argv)` is a benchmark. docs/performance.md keeps the figures.
"""
