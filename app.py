"""The map of the house: which door leads to which room. It holds no rule.

Blueprints carry HTTP only. Schedules, queues and streams are declared here, because Chalice
deploys a handler declared in a Blueprint under its module's name and never runs this file.
"""

from __future__ import annotations

from chalice.app import Chalice

app = Chalice(app_name="cadran")
