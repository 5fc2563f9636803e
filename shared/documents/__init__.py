"""Files that one hands over: PDF by Typst, DOCX from a template."""

from shared.documents.files import DOCX, PDF, handed_over, storable, typeset

__all__ = ["DOCX", "PDF", "handed_over", "storable", "typeset"]
