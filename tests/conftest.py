"""Settings of the whole suite; each folder's own fixtures are beside its tests."""
