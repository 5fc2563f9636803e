"""The four services of the yearly cycle."""
