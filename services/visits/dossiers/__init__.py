"""What the team reads before a visit, assembled from all that is known of the State (¶7)."""
