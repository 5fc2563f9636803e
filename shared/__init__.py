"""What every service stands on: events, database, authentication, errors, telemetry, reference data."""
