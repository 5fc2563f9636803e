"""What every service stands on: events, database, access, errors, telemetry, reference data."""
