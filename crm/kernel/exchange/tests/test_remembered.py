"""What was decided for one file is offered for the next one with the same header."""

from crm.kernel.exchange import actions, queries
from crm.kernel.exchange.tests.test_import import Workbench, account, contact
from crm.kernel.exchange.tests.test_screens import upload
from crm.kernel.testing.cast import Company

FILE = "company,state,code\nAlpha,alt,007\nBeta,neu,008\n"


def imported(company: Company, text: str = FILE, name: str = "june.csv") -> Workbench:
    bench = Workbench(company)
    bench.upload(account(), text, name)
    bench.map(
        {"state": "description", "code": "external_id"}, key="external_id", values={"description": {"alt": "old"}}, fill={"other_name": "x"}
    )
    bench.go()
    return bench


def test_the_next_file_with_the_same_header_starts_as_the_last_one_ended(north: Company) -> None:
    june = imported(north)
    july = Workbench(north)
    july.upload(account(), FILE.replace("Alpha", "Gamma").replace("007", "009"), "july.csv")
    assert (july.run.mapping, july.run.options) == (june.run.mapping, june.run.options)
    assert july.run.remembered_id == june.run.pk
    july.map()
    assert july.go() == {"create": 1, "update": 0, "same": 1, "reject": 0}


def test_only_a_file_with_the_same_columns_of_the_same_kind_remembers(north: Company, south: Company) -> None:
    imported(north)
    for company, kind, text in (
        (north, contact(), FILE),
        (north, account(), FILE.replace("code", "number")),
        (south, account(), FILE),
    ):
        bench = Workbench(company)
        bench.upload(kind, text)
        assert bench.run.remembered_id is None and "description" not in bench.run.mapping.values()


def test_what_only_was_tried_is_not_remembered(north: Company) -> None:
    tried = Workbench(north)
    tried.upload(account(), FILE)
    tried.map({"state": "description"})
    tried.dry()
    again = Workbench(north)
    again.upload(account(), FILE)
    assert again.run.remembered_id is None


def test_going_back_gives_the_guess(north: Company) -> None:
    guess = Workbench(north)
    guess.upload(account(), FILE)
    imported(north)
    bench = Workbench(north)
    bench.upload(account(), FILE)
    with north.as_("admin"):
        back = actions.guess_again(queries.import_run(bench.run.pk))
    assert (back.mapping, back.options, back.remembered_id) == (guess.run.mapping, guess.run.options, None)


def test_the_order_of_dates_of_the_new_file_goes_before_what_was_chosen(north: Company) -> None:
    first = Workbench(north)
    first.upload(contact(), "Full name,Birthday\nLi Na,3/4/1990\n")
    first.map(date_orders={"Birthday": "mdy"})
    first.go()
    again = Workbench(north)
    assert again.upload(contact(), "Full name,Birthday\nBob Ray,5/6/1990\n").options["date_orders"] == {"Birthday": "mdy"}
    assert again.upload(contact(), "Full name,Birthday\nBob Ray,25/6/1990\n").options["date_orders"] == {}


def test_the_screen_says_so_and_offers_the_guess(north: Company) -> None:
    imported(north)
    client = north.browser("admin")
    place = upload(client, FILE.encode(), "july.csv")
    assert "Columns as in june.csv on" in client.get(place).content.decode()
    assert client.post(f"{place}/guess").status_code == 302
    assert "Columns as in" not in client.get(place).content.decode()


def test_the_name_of_a_colleagues_file_is_not_told(north: Company) -> None:
    imported(north, name="salaries.csv")
    client = north.browser("bo")
    place = upload(client, FILE.encode(), "july.csv")
    page = client.get(place).content.decode()
    assert "Columns as in an earlier import on" in page and "salaries" not in page
