"""Senior officials of assessed States, to be invited to meetings of the Committee (¶8)."""
