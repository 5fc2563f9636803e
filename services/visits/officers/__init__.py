"""Who can go on a visit, with what expertise and for which States (¶4, ¶7)."""
