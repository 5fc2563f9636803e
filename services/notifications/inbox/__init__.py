"""The in-app channel: each party is told of each event that concerns it (¶8, ¶23)."""
