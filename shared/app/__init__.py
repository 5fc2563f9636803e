"""The application factory: what makes a FastAPI service out of routers, handlers and jobs."""

from shared.app.factory import create_service
from shared.app.settings import Settings, load_settings

__all__ = ["Settings", "create_service", "load_settings"]
