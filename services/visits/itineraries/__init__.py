"""The programme of a visit, hour by hour, in the time of the place (¶7)."""
