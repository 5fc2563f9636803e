"""The application's object store, for endpoints."""

from typing import Annotated

from fastapi import Depends, Request

from shared.objects.store import ObjectStore


def _objects(request: Request) -> ObjectStore:
    objects: ObjectStore = request.app.state.objects
    return objects


Objects = Annotated[ObjectStore, Depends(_objects)]
