"""What the services need, embedded for development and tests: PostgreSQL, a broker, an issuer."""
