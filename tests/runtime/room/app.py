"""An app with this room alone, shared: Chalice registers a blueprint once in a process."""

from __future__ import annotations

from chalice.app import Chalice

from chalicelib.runtime.routes import described
from tests.runtime.room import routes

app = Chalice(app_name="test")
app.register_blueprint(routes.api.blueprint)
app.register_blueprint(described([routes.api]).blueprint)
