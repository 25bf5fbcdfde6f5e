"""The map of the house: which door leads to which room. It holds no rule.

Blueprints carry HTTP only. Schedules, queues and streams are declared here, because Chalice
deploys a handler declared in a Blueprint under its module's name and never runs this file.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from chalice.app import Chalice, Rate

from chalicelib.billing import routes as billing
from chalicelib.calls import routes as calls
from chalicelib.calls.recordings import routes as recordings
from chalicelib.campaigns import routes as campaigns
from chalicelib.campaigns.asked import routes as asked
from chalicelib.campaigns.attempts import routes as attempts
from chalicelib.campaigns.consents import routes as consents
from chalicelib.campaigns.consents.capture import routes as capture
from chalicelib.campaigns.contacts import routes as contacts
from chalicelib.campaigns.dialling import routes as dialling
from chalicelib.campaigns.reminders import routes as reminders
from chalicelib.campaigns.surveys import routes as surveys
from chalicelib.desk import routes as desk
from chalicelib.directory import routes as directory
from chalicelib.ivr import routes as ivr
from chalicelib.ivr.audio import routes as prompts
from chalicelib.ivr.callers import routes as callers
from chalicelib.ivr.drawing import routes as drawing
from chalicelib.ivr.history import routes as history
from chalicelib.runtime import (
    asked_wiring,
    conversions_wiring,
    desk_wiring,
    lake_wiring,
    leads_wiring,
    live_wiring,
    reminders_wiring,
    reports_wiring,
    tracking_wiring,
    watch_wiring,
    webhooks_wiring,
    wiring,
)
from chalicelib.runtime.media import PARQUET
from chalicelib.runtime.routes import described
from chalicelib.runtime.settings import settings
from chalicelib.runtime.streams import calls_stream
from chalicelib.tracking import routes as tracking
from chalicelib.tracking.alerts import routes as alerts
from chalicelib.tracking.conversions import routes as conversions
from chalicelib.tracking.costs import routes as costs
from chalicelib.tracking.journeys import routes as journeys
from chalicelib.tracking.leads import routes as leads
from chalicelib.tracking.learning import routes as learning
from chalicelib.tracking.live import routes as live
from chalicelib.tracking.pools import routes as pools
from chalicelib.tracking.reports import routes as reports
from chalicelib.tracking.script import routes as script
from chalicelib.tracking.sites import routes as sites
from chalicelib.tracking.spam import routes as spam
from chalicelib.tracking.visits import routes as visits
from chalicelib.webhooks import routes as webhooks

if TYPE_CHECKING:
    from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent, WebsocketEvent

# Chalice would log too, under the same name, in plain text: nothing there masks people's numbers.
app = Chalice(app_name="cadran", configure_logs=False)
app.experimental_feature_flags.add("WEBSOCKETS")  # Chalice wants to be told so
app.api.binary_types.append(PARQUET)

ROOMS = (
    directory,
    calls,
    recordings,
    ivr,
    history,
    drawing,
    prompts,
    callers,
    tracking,
    journeys,
    live,
    pools,
    reports,
    costs,
    sites,
    conversions,
    script,
    leads,
    learning,
    billing,
    campaigns,
    attempts,
    consents,
    capture,
    contacts,
    surveys,
    asked,
    dialling,
    reminders,
    desk,
    webhooks,
    spam,
    alerts,
)
APIS = tuple(room.api for room in ROOMS)
DOORS = (*APIS, described(APIS))
WEBHOOKS = (calls.webhooks, ivr.webhooks, desk.webhooks, dialling.webhooks, asked.webhooks)
BEACONS = (visits.beacons, script.beacons, capture.beacons, asked.beacons)

for door in (*DOORS, *WEBHOOKS, *BEACONS):
    app.register_blueprint(door.blueprint)


@app.on_ws_connect()
def websocket_connect(event: WebsocketEvent) -> dict[str, Any]:
    """Let in whoever may open a WebSocket."""
    from chalicelib.runtime import sockets

    return sockets.connected(event.to_dict(), live_wiring.sockets())


@app.on_ws_message()
def websocket_message(event: WebsocketEvent) -> dict[str, Any]:
    """Answer a message of an open WebSocket."""
    from chalicelib.runtime import sockets

    return sockets.heard(event.to_dict(), live_wiring.sockets())


@app.on_ws_disconnect()
def websocket_disconnect(event: WebsocketEvent) -> dict[str, Any]:
    """Forget a WebSocket that was closed."""
    from chalicelib.runtime import sockets

    return sockets.left(event.to_dict(), live_wiring.sockets())


@app.on_sqs_message(queue=settings().wakeups_queue, batch_size=1)
def wake_sockets(event: SQSEvent) -> None:
    """Look at WebSockets on which nothing may have come for too long."""
    from chalicelib.runtime import sockets

    sockets.wake([record.body for record in event], live_wiring.sockets())


# The ends of a conversation and of its call come together, from two requests: with a second's
# window they are shown at once, and each projection looks at the call once.
@app.on_dynamodb_record(
    stream_arn=calls_stream(os.environ),
    batch_size=100,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=1,
)
def project_calls(event: DynamoDBEvent) -> None:
    """Show calls that ended to billing; leave them on the queue for tracking.

    Those that were just taken are told to whoever watches.
    """
    from chalicelib.calls import handlers

    changes = [(record.old_image, record.new_image) for record in event if record.new_image]
    handlers.tell_answered(changes, tracking_wiring.rings().answered)
    images = [new for _, new in changes]
    projections = {**wiring.projections(), **reports_wiring.later()}
    handlers.project(images, projections, wiring.projections_queue())


@app.on_sqs_message(queue=settings().projections_queue, batch_size=10)
def project_again(event: SQSEvent) -> None:
    """Show calls again to the projections that failed on them, or that somebody replays.

    Text messages that came in are seen to on the way.
    """
    from chalicelib.calls import gateway, handlers

    bodies = [record.body for record in event]
    legs = gateway.CarrierLegs(wiring.gateway)
    ends = handlers.settling_legs(legs, wiring.calls(), wiring.clock)
    told = {watch_wiring.ALERTS: watch_wiring.alert_of_call}
    projections = {**wiring.projections(), **ends, **told}
    others = {leads_wiring.TEXT: leads_wiring.texts().take}
    handlers.project_again(bodies, log=wiring.calls(), projections=projections, others=others)


@app.on_sqs_message(queue=settings().call_events_queue, batch_size=10)
def store_late_events(event: SQSEvent) -> None:
    """Store what the call log could not take when it happened."""
    from chalicelib.calls import handlers

    bodies = [record.body for record in event]
    handlers.store_late_events(bodies, log=wiring.calls(), claim=wiring.claim)


@app.on_sqs_message(queue=settings().exports_queue, batch_size=1)
def write_exports(event: SQSEvent) -> None:
    """Write calls into a file, as many as there is time for."""
    from chalicelib.calls import handlers

    context: Any = event.context
    desk = wiring.export_desk(lambda: context.get_remaining_time_in_millis() / 1000)
    handlers.write_exports([record.body for record in event], desk)


@app.schedule(Rate(1, unit=Rate.HOURS))
def close_months(event: CloudWatchEvent) -> None:
    """Have every account's month looked at; the hour that closes one is the accounts' own."""
    from datetime import datetime

    from chalicelib.billing import handlers

    now = datetime.fromisoformat(event.to_dict()["time"])
    handlers.close_months(now, wiring.books().accounts, wiring.invoices_queue())


@app.on_sqs_message(queue=settings().invoices_queue, batch_size=1)
def close_account_month(event: SQSEvent) -> None:
    """Close what is due of one account."""
    from chalicelib.billing import handlers

    bodies = [record.body for record in event]
    handlers.close_account_month(bodies, wiring.books(), wiring.pause)


@app.on_sqs_message(queue=settings().errands_queue, batch_size=1)
def run_errands(event: SQSEvent) -> None:
    """Do what calls left to be done: text messages, notices, transcriptions."""
    from chalicelib.ivr.errands import handlers

    handlers.run_errands([record.body for record in event])


@app.on_sqs_message(queue=settings().hooks_queue, batch_size=1)
def run_hooks(event: SQSEvent) -> None:
    """Tell customers' servers of events, and try again those that did not answer."""
    from chalicelib.webhooks import handlers

    handlers.run_hooks([record.body for record in event], webhooks_wiring.desk())


@app.on_sqs_message(queue=settings().rings_queue, batch_size=1)
def ring_calls(event: SQSEvent) -> None:
    """Find whose visit a call is while it rings, and tell those who watch."""
    from chalicelib.tracking.journeys import handlers

    bodies = [record.body for record in event]
    handlers.ring_calls(bodies, tracking_wiring.journey_desk(), live_wiring.newsroom())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def find_callbacks(event: CloudWatchEvent) -> None:
    """Have every account's callbacks looked at that has any, and what was asked for on the web."""
    from contextlib import ExitStack

    from chalicelib.desk import handlers

    with ExitStack() as all_the_same:
        all_the_same.callback(reminders_wiring.find)
        all_the_same.callback(asked_wiring.find)
        handlers.find_callbacks(desk_wiring.store(), desk_wiring.callbacks_queue())


@app.on_sqs_message(queue=settings().callbacks_queue, batch_size=1)
def place_callbacks(event: SQSEvent) -> None:
    """Ring agents for the callbacks of an account whose turn it is.

    What was asked for on the web is seen to on the way, and people are reminded.
    """
    from chalicelib.campaigns.asked import messages
    from chalicelib.desk import handlers

    bodies = [record.body for record in event]
    others = {
        messages.KIND: asked_wiring.see_to,
        reminders_wiring.KIND: reminders_wiring.see_to,
    }
    handlers.place_callbacks(bodies, desk_wiring.office(), others)


@app.on_sqs_message(queue=settings().conversions_queue, batch_size=1)
def send_conversions(event: SQSEvent) -> None:
    """Tell advertising networks of calls, and try again what they did not take."""
    from chalicelib.tracking.conversions import handlers

    bodies = [record.body for record in event]
    handlers.send_conversions(bodies, conversions_wiring.desk())


@app.schedule(Rate(5, unit=Rate.MINUTES))
def tend_pools(event: CloudWatchEvent) -> None:
    """Let numbers go that leave their pool, sum the hours that are over, buy what was asked for."""
    from datetime import datetime

    from chalicelib.tracking.pools import handlers

    now = datetime.fromisoformat(event.to_dict()["time"])
    needs, tell = tracking_wiring.tending(), watch_wiring.tell_of_pools(now)
    handlers.tend_pools(now, needs=needs, tell=tell)


@app.schedule(Rate(1, unit=Rate.HOURS))
def learn_behaviours(event: CloudWatchEvent) -> None:
    """Learn how the visitors of accounts behave whose turn it is: each has one a day."""
    from datetime import datetime

    from chalicelib.tracking.learning import handlers

    context: Any = event.context
    now = datetime.fromisoformat(event.to_dict()["time"])
    desk = tracking_wiring.learning_desk()
    handlers.learn_behaviours(now, desk, lambda: context.get_remaining_time_in_millis() / 1000)


@app.schedule(Rate(1, unit=Rate.DAYS))
def ask_for_days(event: CloudWatchEvent) -> None:
    """Have the last days of every account written as files."""
    from datetime import datetime

    from chalicelib.tracking.lake import handlers

    now = datetime.fromisoformat(event.to_dict()["time"])
    handlers.ask_for_days(now, lake_wiring.accounts(), lake_wiring.queue())


@app.on_sqs_message(queue=settings().lake_queue, batch_size=1)
def write_days(event: SQSEvent) -> None:
    """Write a day of an account's calls and visits as files."""
    from chalicelib.tracking.lake import handlers

    handlers.write_days([record.body for record in event], lake_wiring.ports())


@app.on_sqs_message(queue=settings().contacts_queue, batch_size=1)
def import_contacts(event: SQSEvent) -> None:
    """Bring the people of a file into a list, as many as there is time for."""
    from chalicelib.campaigns.contacts import handlers
    from chalicelib.runtime import contacts_wiring

    context: Any = event.context
    desk = contacts_wiring.desk(lambda: context.get_remaining_time_in_millis() / 1000)
    handlers.import_contacts([record.body for record in event], desk, contacts_wiring.store())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def campaigns_tick(event: CloudWatchEvent) -> None:
    """Have every account looked at that has campaigns which ring."""
    from chalicelib.campaigns.dialling import handlers
    from chalicelib.runtime import dialling_wiring

    handlers.campaigns_tick(dialling_wiring.moves(), dialling_wiring.outbox())


@app.on_sqs_message(queue=settings().campaign_calls_queue, batch_size=1)
def place_campaign_calls(event: SQSEvent) -> None:
    """Plan the next minute of an account's campaigns, and ring those who were planned."""
    from chalicelib.campaigns.dialling import handlers
    from chalicelib.runtime import dialling_wiring

    context: Any = event.context
    desk = dialling_wiring.desk(lambda: context.get_remaining_time_in_millis() / 1000)
    handlers.place_campaign_calls([record.body for record in event], desk)
