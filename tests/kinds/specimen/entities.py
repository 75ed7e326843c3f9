"""The specimen as a record kind. It has no place in the menu, so that pictures of the product stay free of it."""

from crm.kernel.entity.entity import Entity
from tests.kinds.specimen.models import Specimen


class Specimens(Entity[Specimen]):
    kind, plural = "specimen", "specimens"
    label, labels = "Specimen", "Specimens"
    columns = ("name", "grade", "colours", "tags", "pieces", "weight", "purity", "price", "rare", "account", "contacts", "label")
    form = {
        "Stone": ("name", "code", "grade", "colours", "tags", "pieces", "weight", "purity", "rare", "notes"),
        "Worth": ("price", "listed", "vat"),
        "Place": ("origin", "found_on", "shown_at", "address"),
        "People": ("keeper", "phone", "email", "wechat", "website", "account", "contacts", "owner", "team"),
    }
    quick = ("name", "grade", "colours", "contacts")
    highlights = ("grade", "colours", "weight", "price", "owner")
    facts = ("code", "keeper", "tags", "pieces", "purity", "listed", "vat", "origin", "found_on", "shown_at", "rare", "address",
             "phone", "email", "wechat", "website", "account", "contacts", "label", "notes")  # fmt: skip
    board, board_sum, card = "grade", "price", ("colours", "weight", "account")
    match = ("code", "name")
