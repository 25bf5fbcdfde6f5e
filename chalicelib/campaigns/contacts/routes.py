"""The doors of contacts: lists, the people in them, files of people. No number is in a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position

if TYPE_CHECKING:
    from chalicelib.campaigns.contacts import (
        contacts,
        erasing,
        imports,
        managing,
        models,
        segments,
        starting,
    )
    from chalicelib.runtime import contacts_wiring
    from chalicelib.runtime.api import Request
else:
    contacts = lazily("chalicelib.campaigns.contacts.contacts")
    erasing = lazily("chalicelib.campaigns.contacts.erasing")
    imports = lazily("chalicelib.campaigns.contacts.imports")
    managing = lazily("chalicelib.campaigns.contacts.managing")
    models = lazily("chalicelib.campaigns.contacts.models")
    segments = lazily("chalicelib.campaigns.contacts.segments")
    starting = lazily("chalicelib.campaigns.contacts.starting")
    contacts_wiring = lazily("chalicelib.runtime.contacts_wiring")

api = Api(__name__)

LINK_SECONDS = 3600
FILE_NAME = "refused.csv"


@api.post("/v1/contact-lists", scope="campaigns:write")
def create_contact_list(request: Request, body: models.ListIn) -> Answer[models.ListOut]:
    """Make a list of people to ring."""
    new = contacts.ContactList(
        id=request.new_id("list"),
        account_id=request.account_id,
        name=body.name,
        country=body.country,
        zone=body.zone,
        created_at=request.now,
    )
    made = managing.create(new, contacts_wiring.office())
    return Answer(models.ListOut.of(made), location=f"/v1/contact-lists/{made.id}")


@api.get("/v1/contact-lists", scope="campaigns:read")
def list_contact_lists(request: Request) -> models.ListsOut:
    """Show all lists of the account."""
    found = contacts_wiring.store().all_lists(request.account_id)
    return models.ListsOut(items=list(map(models.ListOut.of, found)))


@api.get("/v1/contact-lists/{list_id}", scope="campaigns:read")
def show_contact_list(request: Request, list_id: str) -> models.ListOut:
    """Show a list."""
    return models.ListOut.of(_list(request, list_id))


@api.delete("/v1/contact-lists/{list_id}", scope="campaigns:write")
def delete_contact_list(request: Request, list_id: str) -> None:
    """Delete a list; its contacts follow within minutes, as many as they are."""
    known = _list(request, list_id)
    managing.delete(known, contacts_wiring.office(), contacts_wiring.queue())


@api.put("/v1/contact-lists/{list_id}/segments/{name}", scope="campaigns:write")
def put_segment(
    request: Request, list_id: str, name: str, body: models.SegmentIn
) -> models.ListOut:
    """Keep a segment of a list under a name."""
    known = managing.with_segment(_list(request, list_id), name, body.segment)
    return models.ListOut.of(contacts_wiring.store().save_list(known))


@api.post("/v1/contact-lists/{list_id}/contacts", scope="campaigns:write", status=200)
def put_contacts(request: Request, list_id: str, body: models.ContactsIn) -> models.ContactsOut:
    """Keep people; who is in the list is merged with what is known of them. All of them or none."""
    told = [each.read() for each in body.contacts]
    known = _list(request, list_id)
    kept = managing.upsert(known, told, request.now, contacts_wiring.office())
    return models.ContactsOut(items=list(map(models.ContactOut.of, kept)))


@api.get("/v1/contact-lists/{list_id}/contacts", scope="campaigns:read")
def list_contacts(
    request: Request, list_id: str, query: models.ContactsQuery
) -> models.ContactPage:
    """Show the people of a list, or those of a segment."""
    known = _list(request, list_id)
    line = known.segments.get(query.segment or "", query.segment)
    segment = None if line is None else segments.parse(line, known.fields)
    context = f"{request.account_id}/contacts/{list_id}/{line or ''}"
    after = position(query.cursor, context)
    page = managing.page(known, segment, query.limit, after, contacts_wiring.office())
    return models.ContactPage(
        items=list(map(models.ContactOut.of, page.items)), next=cursor(page.next, context)
    )


@api.get("/v1/contact-lists/{list_id}/contacts/{contact_id}", scope="campaigns:read")
def show_contact(request: Request, list_id: str, contact_id: str) -> models.ContactOut:
    """Show somebody in a list."""
    office = contacts_wiring.office()
    return models.ContactOut.of(managing.load(request.account_id, list_id, contact_id, office))


@api.delete("/v1/contact-lists/{list_id}/contacts/{contact_id}", scope="campaigns:write")
def remove_contact(request: Request, list_id: str, contact_id: str) -> None:
    """Take somebody out of a list. To have them forgotten everywhere, erase them."""
    office = contacts_wiring.office()
    office.people.drop([managing.load(request.account_id, list_id, contact_id, office)])


@api.post("/v1/contacts/erasures", scope="campaigns:write", status=200)
def erase_contact(request: Request, body: models.ErasureIn) -> models.ErasureOut:
    """Erase a person from all lists and consents; no list brings them back, nobody rings them."""
    person = contacts_wiring.hashing(request.account_id)(body.number)
    office = contacts_wiring.office()
    erased = erasing.erase(request.account_id, person, request.now, office, contacts_wiring.queue())
    return models.ErasureOut(erased=erased)


@api.post("/v1/contact-imports", scope="campaigns:write", replayable=False)
def create_contact_import(request: Request, body: models.ImportIn) -> Answer[models.ImportOut]:
    """Announce a file of people, CSV or XLSX; the answer says where to put it."""
    known = _list(request, body.list_id)
    new = imports.Import(
        import_id=request.new_id("imp"),
        account_id=request.account_id,
        list_id=known.id,
        name=body.name,
        country=known.country,
        requested_at=request.now,
        language=body.language,
    )
    contacts_wiring.imports().create(new)
    return Answer(_shown(new), location=f"/v1/contact-imports/{new.import_id}")


@api.get("/v1/contact-imports", scope="campaigns:read")
def list_contact_imports(request: Request, query: models.PageQuery) -> models.ImportPage:
    """Show the account's imports, the newest first."""
    context = f"{request.account_id}/contact-imports"
    after = position(query.cursor, context)
    page = contacts_wiring.imports().page(request.account_id, query.limit, after)
    return models.ImportPage(
        items=list(map(models.ImportOut.of, page.items)), next=cursor(page.next, context)
    )


@api.get("/v1/contact-imports/{import_id}", scope="campaigns:read")
def show_contact_import(request: Request, import_id: str) -> models.ImportOut:
    """Show how far an import has come and, once it is over, where its refused rows are."""
    return _shown(_import(request, import_id))


@api.post("/v1/contact-imports/{import_id}/preview", scope="campaigns:write", status=200)
def preview_contact_import(
    request: Request, import_id: str, body: models.LookIn
) -> models.PreviewOut:
    """Look at the file: what its columns seem to hold, who would be kept, what refused."""
    known = _import(request, import_id)
    seen, _ = starting.look(known, body.read(), contacts_wiring.files(), contacts_wiring.office())
    return models.PreviewOut.of(seen, known.language)


@api.post("/v1/contact-imports/{import_id}/start", scope="campaigns:write", status=202)
def start_contact_import(request: Request, import_id: str, body: models.LookIn) -> models.ImportOut:
    """Have the file worked off; what its columns hold is remembered for the next one."""
    started = starting.start(
        _import(request, import_id),
        body.read(),
        request.now,
        arrivals=contacts_wiring.files(),
        office=contacts_wiring.office(),
        imports_kept=contacts_wiring.imports(),
        queue=contacts_wiring.queue(),
    )
    return _shown(started)


@api.post("/v1/contact-imports/{import_id}/cancel", scope="campaigns:write", status=202)
def cancel_contact_import(request: Request, import_id: str) -> models.ImportOut:
    """End an import; who was kept by then stays, and is counted."""
    known = _import(request, import_id)
    return _shown(starting.cancel(known, contacts_wiring.imports(), contacts_wiring.queue()))


def _list(request: Request, list_id: str) -> contacts.ContactList:
    return contacts_wiring.store().list(request.account_id, list_id)


def _import(request: Request, import_id: str) -> imports.Import:
    return contacts_wiring.imports().load(request.account_id, import_id)


def _shown(known: imports.Import) -> models.ImportOut:
    files = contacts_wiring.files()
    waiting = known.status is imports.ImportStatus.AWAITING_FILE and not known.stopping
    upload = files.upload_link(known.key, LINK_SECONDS) if waiting else None
    told = known.over and known.parts
    refused = files.link(known.refused_key, FILE_NAME, LINK_SECONDS) if told else None
    return models.ImportOut.of(known, upload_url=upload, refused_url=refused)
