"""What an operator does over HTTP: dead letters, the outbox, the development clock."""
