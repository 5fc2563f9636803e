"""Instruments as files: JSON, YAML, and XLSForm for KoboToolbox and ODK."""
