"""How each operation is called, so that a test can call all of them: with whose ids, it decides.

An operation with a body or a required parameter that is not here fails the tests: whoever adds
one says how a stranger would try it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.campaigns.asked.house import appointment_of, form_of
from tests.campaigns.surveys.surveyed import survey_of
from tests.world import CONSENT, FLOW, NOVEMBER, SOUND, TARIFF, campaign_of

if TYPE_CHECKING:
    from chalicelib.runtime.endpoints import Endpoint

SHOP = "https://boutique.example"
# Who asks to send a survey, and from which number that is nobody's.
ASKED = {"professional": CONSENT["professional"]}
OWN = "+33162019998"
SPENT = {"amount": "5.00", "from": "2026-11-02", "to": "2026-11-08"}

# Parts of paths that name somebody's own thing. The others (a version, a revision) name nothing
# without them.
NAMES_A_THING = frozenset(
    {
        "account_id",
        "key_id",
        "number",
        "flow_id",
        "prompt_id",
        "caller_id",
        "source_id",
        "cost_id",
        "pool_id",
        "site_id",
        "destination_id",
        "conversion_id",
        "call_id",
        "export_id",
        "invoice",
        "queue",
        "agent_id",
        "callback_id",
        "webhook_id",
        "alert_id",
        "delivery_id",
        "lead_id",
        "consent_id",
        "form_id",
        "list_id",
        "contact_id",
        "import_id",
        "evidence_id",
        "callback_form_id",
        "asking_id",
        "appointment_id",
        "campaign_id",
        "attempt_id",
        "survey_id",
    }
)


def bodies_of(operation: str, ids: dict[str, str]) -> list[Any]:
    """Return bodies that the operation takes, naming these ids wherever it may name any."""
    number = {"number": ids["number"]}
    swaps = [{"find": "+33162019999", "pool_id": ids["pool_id"], "standins": [number]}]
    bodies: dict[str, list[Any]] = {
        "create_account": [{"name": "Stolen"}],
        "edit_account": [{"name": "Stolen"}],
        "issue_key": [{"scopes": ["*"]}],
        "show_webhook_secret": [{"generation": 1}],
        "add_number": [number, {**number, "buy": False}, {**number, "flow_id": ids["flow_id"]}],
        "edit_number": [{"label": "Stolen"}, {"flow_id": ids["flow_id"]}],
        "create_flow": [{"document": FLOW}],
        "save_draft": [{"document": {**FLOW, "name": "Stolen"}}],
        "simulate_flow": [{"dialled": ids["number"]}, {"dialled": ids["number"], "version": 1}],
        "roll_back": [{"version": 1}],
        "create_prompt": [{"name": "Stolen", "content_base64": SOUND}],
        "replace_audio": [{"content_base64": SOUND}],
        "put_caller": [{"number": "+33639981299", "name": "Stolen"}],
        "import_callers": [{"callers": [{"number": "+33639981299", "name": "Stolen"}]}],
        "create_source": [{"name": "Stolen", "channel": "web"}],
        "edit_source": [{"name": "Stolen"}],
        "assign_number": [{}],
        "add_source_cost": [SPENT],
        "add_cost": [{**SPENT, "campaign": "Stolen"}],
        "import_costs": [
            {"content": f"source_id,amount,from\n{ids['source_id']},5,2026-11-02", "preview": False}
        ],
        "create_pool": [{"name": "Stolen"}, {"name": "Stolen", "overflow": ids["number"]}],
        "edit_pool": [{"name": "Stolen"}, {"hold_minutes": 5}],
        "create_site": [{"name": "Stolen", "origins": [SHOP], "swaps": swaps}],
        "edit_site": [{"name": "Stolen"}, {"swaps": swaps}],
        "classify_visit": [{"url": f"{SHOP}/?gclid=stolen"}],
        "take_contact": [{"kind": "form", "id": "1", "visit": "vis_1"}],
        "edit_lead": [{"name": "Stolen"}, {"qualified": True}],
        "merge_leads": [{"lead_id": ids["lead_id"]}],
        "split_lead": [{"interactions": [ids["call_id"]]}],
        "set_lead_rules": [{"rules": [{"name": "Stolen", "qualified": True}]}],
        "set_attribution": [{"lease_days": 1}],
        "judge_call": [{"qualified": True, "value": "1.00"}],
        "create_destination": [
            {
                "name": "Stolen",
                "network": "meta",
                "ids": {"pixel_id": "12345"},
                "secrets": {"access_token": "stolen"},
            }
        ],
        "edit_destination": [{"name": "Stolen"}, {"paused": True}],
        "preview_conversion": [
            {"call_id": ids["call_id"], "destination_id": ids["destination_id"]}
        ],
        "export_calls": [{"source": ids["source_id"]}],
        "publish_tariff": [TARIFF],
        "simulate_charge": [{**number, "seconds": 60}],
        "set_terms": [{"series": "X"}],
        "create_queue": [{"name": "stolen"}],
        "edit_queue": [{"label": "Stolen"}],
        "create_agent": [{"name": "Stolen", "number": "0162019998"}],
        "edit_agent": [{"name": "Stolen"}, {"available": False}],
        "ask_for_callback": [{"queue": ids["queue"], "line": ids["number"], **number}],
        "reschedule_callback": [{"slot": None}],
        "create_alert": [{"name": "Stolen", "by": "email", "to": "thief@example.com"}],
        "edit_alert": [{"to": "thief@example.com"}],
        "edit_spam_rules": [{"repeated_calls": 1}],
        "block_number": [{"note": "Stolen"}],
        "record_consent": [{**CONSENT, "number": "+33639981299"}],
        "keep_evidence": [{"content_base64": "U3RvbGVu", "media": "text/plain"}],
        "withdraw_consent": [{"number": ids["listed"], "means": "letter"}],
        "import_consents": [
            {
                **{name: each for name, each in CONSENT.items() if name != "captured_at"},
                "evidence": {"reference": "stolen.pdf"},
                "rows": [{"number": "+33639981299", "captured_at": CONSENT["captured_at"]}],
            }
        ],
        "create_consent_form": [
            {
                **{name: CONSENT[name] for name in ("professional", "object", "text")},
                "site": ids["site_id"],
                "sender": ids["number"],
            }
        ],
        "create_callback_form": [form_of(ids, CONSENT)],
        "put_appointments": [{"appointments": [appointment_of(ids, CONSENT, NOVEMBER)]}],
        "create_web_callback": [{"form": ids["callback_form_id"], "number": "+33612349998"}],
        "find_consents": [{"number": ids["listed"]}],
        "unsuppress_number": [{"number": ids["listed"]}],
        "erase_person": [{"number": "+33639981299"}],
        "suppress_number": [{"number": "+33639981299"}, {"number": "+33899*"}],
        "import_suppressions": [{"numbers": ["+33639981299"]}],
        "create_contact_list": [{"name": "Stolen"}],
        "put_segment": [{"segment": 'name = "Stolen"'}],
        "put_contacts": [{"contacts": [{"numbers": ["+33612349999"]}]}],
        "erase_contact": [{"number": "+33639981299"}],
        "create_contact_import": [{"list_id": ids["list_id"], "name": "stolen.csv"}],
        "preview_contact_import": [{}],
        "start_contact_import": [{}],
        "skip_shown_contact": [{}, {"until": "2026-12-24T09:00:00Z"}],
        "set_campaign_limits": [{"calls_per_second": 9, "calls_at_once": 3}],
        "create_campaign": [campaign_of(ids)],
        "edit_campaign": [{"name": "Stolen"}, {"list_id": ids["list_id"]}],
        "copy_campaign": [{}, {"name": "Stolen"}],
        "create_survey": [{"document": survey_of("Stolen")}],
        "save_survey": [{"document": survey_of("Stolen")}],
        "send_survey": [
            {"number": "+33639981299", "from": ids["number"], **ASKED},
            {"list_id": ids["list_id"], "contact_id": ids["contact_id"], "from": OWN, **ASKED},
        ],
        "create_webhook": [{"url": f"{SHOP}/stolen", "events": ["call.missed"]}],
        "edit_webhook": [{"url": f"{SHOP}/stolen"}, {"enabled": False}],
    }
    return bodies.get(operation, [None])


def query_of(operation: str, ids: dict[str, str]) -> str:
    """Return a query string that the operation takes, naming these ids wherever it may."""
    queries = {
        "list_calls": f"?source={ids['source_id']}",
        "listen": "?account=acct_1&until=1800000000&proof=AAAA",
        "classify_number": "?number=0800000000",
        "search_numbers": "",
        "report_calls": "?from=2026-11-01&to=2026-11-30&by=source",
        "report_sources": f"?from=2026-11-01&to=2026-11-30&source_id={ids['source_id']}",
        "compare_models": "?from=2026-11-01&to=2026-11-30",
        "show_pool_health": "?from=2026-11-01&to=2026-11-30",
        "forecast_pool": "?visits_per_hour=200&visit_minutes=3&price=1.15",
        "report_queues": f"?from=2026-11-01&to=2026-11-30&queue={ids['queue']}",
        "show_results": "?from=2026-11-01&to=2026-11-30&by=agent",
        "list_person_attempts": f"?contact_id={ids['contact_id']}",
        "list_charges": "?month=2026-11",
        "list_services": "?month=2026-11",
        "show_usage": "?month=2026-11",
    }
    return queries.get(operation, "")


def path_of(endpoint: Endpoint, ids: dict[str, str]) -> str:
    """Fill an operation's path with these ids."""
    return re.sub(r"{(\w+)}", lambda part: ids[part[1]].replace("+", "%2B"), endpoint.path)


def names_a_thing(endpoint: Endpoint) -> bool:
    """Tell whether the path is of something that belongs to somebody."""
    return bool(NAMES_A_THING & set(re.findall(r"{(\w+)}", endpoint.path)))
