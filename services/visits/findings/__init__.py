"""What the assessment service found, as far as this service needs it."""
