"""The program to compare with; benchmarks copy it into a project of its own."""
