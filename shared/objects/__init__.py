"""Files: in a local directory or any S3-compatible store, streamed in and out."""

from shared.objects.dependency import Objects
from shared.objects.store import ObjectStore

__all__ = ["ObjectStore", "Objects"]
