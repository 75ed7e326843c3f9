"""In which order a column's dates are read: as its values show, else as usual in the country and said so, or as chosen."""

import datetime
import io
from typing import Any

import openpyxl
import pytest

from crm.kernel.base.errors import Wrong
from crm.kernel.exchange import queries
from crm.kernel.exchange.mapping import date_orders
from crm.kernel.exchange.tests.test_import import Workbench, contact
from crm.kernel.exchange.tests.test_screens import upload
from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company

OPEN = "Full name,Birthday\nLi Na,3/4/1990\nBob Ray,05.06.1991\n"


def births(company: Company) -> dict[str, str]:
    with company.as_("admin"):
        return {name: str(day) for name, day in contact().model.objects.values_list("name", "birthday")}


def done(company: Company, text: str | bytes, name: str = "file.csv", **options: Any) -> Workbench:
    bench = Workbench(company)
    bench.upload(contact(), text, name)
    bench.map({"Birthday": "birthday"}, **options)
    bench.go()
    return bench


def live_in(company: Company, country: str) -> None:
    with company.as_kith():
        User.objects.update(country=country)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["3/1/2017", "10/20/2016"], "mdy"),
        (["3/1/2017", "20/10/2016"], "dmy"),
        (["3/1/17", "20.10.16 14:30"], "dmy"),
        (["3/4/2017", "5-6-2017", ""], "open"),
        (["Tue 3/14/2017", "3/1/2017, 9:30"], "mdy"),
        (["01.23.45.67.89", "12-34-5678-9", "1/2/20170"], None),
        (["13/4/2017", "4/13/2017"], "mixed"),
        (["2017-03-04", "2017/5/6", "20170506"], None),
        (["3 Apr 2017", "007", "2/4", "10.5"], None),
    ],
)
def test_the_values_of_a_column_show_its_order(cells: list[str], said: str | None) -> None:
    assert date_orders(1, [(cell,) for cell in cells]) == [said]


def test_the_value_that_decides_may_stand_anywhere(north: Company) -> None:
    """One row of thousands decides for all of them; a column with other texts in it is not taken for dates."""
    lines = "".join(f"Person {n},3/4/1990\n" for n in range(3000))
    bench = Workbench(north)
    bench.upload(contact(), f"Full name,Birthday\n{lines}Last,4/13/1990\n")
    assert [match["dates"] for match in bench.run.matches] == [None, "mdy"]


def test_a_column_that_decides_goes_before_the_country(north: Company) -> None:
    live_in(north, "GB")
    done(north, "Full name,Birthday\nLi Na,3/4/1990\nBob Ray,12/25/1991\n")
    assert births(north) == {"Li Na": "1990-03-04", "Bob Ray": "1991-12-25"}


@pytest.mark.parametrize(("country", "born"), [("GB", "1990-04-03"), ("US", "1990-03-04"), ("CN", "1990-03-04")])
def test_a_column_that_leaves_it_open_is_read_as_usual_in_the_country(north: Company, country: str, born: str) -> None:
    live_in(north, country)
    done(north, OPEN)
    assert births(north)["Li Na"] == born


def test_what_is_chosen_for_a_column_goes_before_everything(north: Company) -> None:
    live_in(north, "GB")
    done(north, OPEN, date_orders={"Birthday": "mdy"})
    assert births(north) == {"Li Na": "1990-03-04", "Bob Ray": "1991-05-06"}


def test_a_date_that_does_not_fit_the_order_rejects_its_row(north: Company) -> None:
    bench = done(north, OPEN + "Eve Poe,25/12/1990\n", date_orders={"Birthday": "mdy"})
    assert births(north).keys() == {"Li Na", "Bob Ray"}
    with north.as_("admin"):
        assert "25 would be the month" in queries.rejected(bench.run)[0].reasons[0]


def test_cells_that_are_dates_are_what_they_are(north: Company) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["Full name", "Birthday"])
    sheet.append(["Li Na", datetime.date(1990, 4, 3)])
    sheet.append(["Bob Ray", "1991-06-05"])
    file = io.BytesIO()
    book.save(file)
    done(north, file.getvalue(), "file.xlsx", date_orders={"Birthday": "mdy"})
    assert births(north) == {"Li Na": "1990-04-03", "Bob Ray": "1991-06-05"}


@pytest.mark.parametrize("given", [{"Birthday": "day first"}, {"Nobody": "mdy"}, ["mdy"], {"Birthday": None}])
def test_an_order_that_cannot_be_is_refused(north: Company, given: Any) -> None:
    bench = Workbench(north)
    bench.upload(contact(), OPEN)
    with pytest.raises(Wrong):
        bench.map(date_orders=given)


def test_the_mapping_screen_says_what_it_takes_the_dates_for(north: Company) -> None:
    live_in(north, "GB")
    client = north.browser("admin")
    place = upload(client, OPEN.encode(), kind="contact")
    screen = client.get(place).content.decode()
    assert "can be read both ways" in screen and '<option value="dmy" selected>' in screen
    sent = {"column": ["Full name", "Birthday"], "field": ["name", "birthday"], "dates:Birthday": "mdy", "then": "stay"}
    assert client.post(f"{place}/map", sent).status_code == 302
    screen = client.get(place).content.decode()
    assert "can be read both ways" not in screen and '<option value="mdy" selected>' in screen
    decided = upload(client, b"Full name,Birthday\nLi Na,3/14/1990\n", kind="contact")
    assert "Only this order fits all values." in client.get(decided).content.decode()
