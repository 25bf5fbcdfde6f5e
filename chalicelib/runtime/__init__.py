"""What connects rooms with the world, and with one another. Where rooms meet is put off.

A voice webhook needs few of these modules, and a cold start would pay for all of them: each is
loaded when something of it is first used, whoever imports it.
"""

from __future__ import annotations

from chalicelib.runtime.lazy import lazily

lazily("chalicelib.runtime.asked_wiring")
lazily("chalicelib.runtime.attempts_wiring")
lazily("chalicelib.runtime.campaigns_wiring")
lazily("chalicelib.runtime.consents_wiring")
lazily("chalicelib.runtime.contacts_wiring")
lazily("chalicelib.runtime.conversions_wiring")
lazily("chalicelib.runtime.crewing_wiring")
lazily("chalicelib.runtime.desk_wiring")
lazily("chalicelib.runtime.dialling_wiring")
lazily("chalicelib.runtime.lake_wiring")
lazily("chalicelib.runtime.leads_wiring")
lazily("chalicelib.runtime.live_wiring")
lazily("chalicelib.runtime.market_wiring")
lazily("chalicelib.runtime.reminders_wiring")
lazily("chalicelib.runtime.reports_wiring")
lazily("chalicelib.runtime.scripts_wiring")
lazily("chalicelib.runtime.surveys_wiring")
lazily("chalicelib.runtime.tracking_wiring")
lazily("chalicelib.runtime.watch_wiring")
lazily("chalicelib.runtime.webhooks_wiring")
