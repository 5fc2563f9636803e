"""Documents that one hands over: the assessment report and the State profile (¶4, ¶13, ¶23)."""
