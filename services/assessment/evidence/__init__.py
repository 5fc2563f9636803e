"""Files that States attach to their answers as evidence."""
