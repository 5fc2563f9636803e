"""The published contracts: OpenAPI, AsyncAPI and each event's released schema."""
