"""A record kind with a field of every type: what no shipped kind uses is tried here."""

from django.db import models

from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record


class Grade(models.TextChoices):
    RAW = "raw", "Raw"
    CUT = "cut", "Cut"
    SET = "set", "Set & polished"


class Colour(models.TextChoices):
    RED = "red", "Red"
    GREEN = "green", "Green"
    BLUE = "blue", "Blue, deep"


class Specimen(Record):
    name = f.Text("Name", required=True, title=True)
    code = f.Text("Code", unique_value=True)
    keeper = f.PersonName("Keeper")
    notes = f.LongText("Notes")
    grade = f.Choice("Grade", Grade, default=Grade.RAW)
    colours = f.MultiChoice("Colours", Colour)
    tags = f.Tags("Tags")
    pieces = f.Integer("Pieces", least=0, most=1_000_000)
    weight = f.Decimal("Weight", places=3)
    purity = f.Percent("Purity")
    price = f.Money("Price")
    listed = f.Currency("Listed in")
    found_on = f.Date("Found on")
    shown_at = f.DateTime("Shown at")
    rare = f.YesNo("Rare")
    phone = f.Phone("Phone")
    email = f.Email("E-mail")
    wechat = f.Handle("WeChat", "wechat")
    website = f.Url("Website")
    vat = f.TaxId("VAT number")
    origin = f.Country("Origin")
    address = f.PostalAddress("Address")
    account = f.Link("customers.Account", "Account")
    contacts = f.Links("contact", "Contacts")
    label = f.Computed("Label on the box", lambda one: f"{one.name} ({one.grade or '–'})", needs=("name", "grade"))

    class Meta:
        app_label = "specimen"
        db_table = "specimen"
