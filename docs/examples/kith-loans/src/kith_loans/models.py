"""What was lent to whom, until when."""

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record


class Loan(Record):
    """One piece of equipment at a customer's. It is back once `returned_on` is filled."""

    item = f.Text(_("Item"), required=True, title=True, synonyms=("equipment", "设备"))
    account = f.Link("customers.Account", _("Lent to"), required=True, synonyms=("customer", "借用方"))
    serial = f.Text(_("Serial number"), unique_value=True, synonyms=("serial no", "序列号"))
    deposit = f.Money(_("Deposit"), synonyms=("押金",))
    lent_on = f.Date(_("Lent on"), synonyms=("借出日期",))
    due_on = f.Date(_("Due back"), synonyms=("应还日期",))
    returned_on = f.Date(_("Came back"), synonyms=("归还日期",))

    class Meta:
        db_table = "loan"
