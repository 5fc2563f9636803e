"""Reports as PDF and DOCX, each copy for its reader (¶6, ¶23)."""
