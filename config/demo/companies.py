"""Accounts and their contacts, as values for the records API."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from pypinyin import lazy_pinyin
from stdnum.cn import uscc
from stdnum.gb import vat

from config.demo import chinese, english
from config.demo.draw import Draw
from config.demo.people import chinese_name, english_name

SOURCES = (
    ("referral", 24),
    ("fair", 20),
    ("website", 18),
    ("cold_call", 12),
    ("partner", 10),
    ("advertising", 8),
    ("tender", 8),
)
PLAIN_TYPES = (("company", 86), ("partner", 5), ("supplier", 3), ("competitor", 2))
SIZES = (("1-9", 18), ("10-49", 34), ("50-249", 30), ("250-999", 13), ("1000+", 5))
EMPLOYEES = {
    "1-9": (2, 9),
    "10-49": (10, 49),
    "50-249": (50, 249),
    "250-999": (250, 999),
    "1000+": (1000, 9000),
}


@dataclass(slots=True)
class Customer:
    """One account: its values, who owns it (place in the list of users), since when, how much goes on there."""

    values: dict[str, Any]
    chinese: bool
    owner: int
    since: datetime.datetime
    warmth: float
    domain: str
    region: str = ""
    parent: int | None = None
    people: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    """One contact of the customer at this place in the list, or a private person (None)."""

    values: dict[str, Any]
    customer: int
    since: datetime.datetime
    short: str


class Firms:
    """Draws accounts and contacts; no two accounts have the same name, no two contacts the same mail address."""

    def __init__(self, draw: Draw, today: datetime.datetime) -> None:
        self.draw = draw
        self.today = today
        self.names: set[str] = set()
        self.mails: set[str] = set()
        self.mobiles: set[str] = set()

    def customer(self, number: int, sellers: dict[str, list[int]], in_chinese: bool) -> Customer:
        found = self._chinese() if in_chinese else self._english()
        while found.values["name"] in self.names:
            found = self._chinese() if in_chinese else self._english()
        self.names.add(found.values["name"])
        found.owner = self.draw.choice(sellers[found.region])
        size = self.draw.weighted(SIZES)[0]
        if found.values["type"] == "household":
            size = None
        self._facts(found, number, size)
        return found

    def _facts(self, found: Customer, number: int, size: str | None) -> None:
        draw, values = self.draw, found.values
        age = int(abs(draw.gauss(0, 520))) + 5
        found.since = draw.office(self.today - datetime.timedelta(days=min(age, 1500)), (chinese if found.chinese else english).ZONE)
        values["external_id"] = f"K{10000 + number}"
        values["source"] = draw.weighted(SOURCES)[0]
        values["status"] = draw.weighted((("prospect", 42), ("customer", 48), ("former", 6), ("unfit", 4)))[0]
        if values["type"] in ("supplier", "competitor"):
            values["status"] = None
        if size:
            low, high = EMPLOYEES[size]
            employees = draw.randint(low, high)
            values.update(size=size, employees=employees if draw.chance(0.8) else None)
            if draw.chance(0.45):
                values["annual_revenue"] = str(draw.amount(employees * 600_000, 0.5, 100_000))
                values["annual_revenue_currency"] = "CNY" if found.chinese else "GBP"
        if draw.chance(0.22):
            words = chinese.TAGS if found.chinese else english.TAGS
            values["tags"] = draw.sample(words, draw.choice((1, 1, 2)))

    def _chinese(self) -> Customer:
        draw = self.draw
        city, province, area, division, postcode, _weight = draw.weighted(chinese.CITIES)
        region = "south" if province in chinese.SOUTHERN else "east"
        short_city = city.removesuffix("市")
        values: dict[str, Any]
        if draw.chance(0.06):
            word, english_word, industry = draw.choice(chinese.PUBLIC_BODIES)
            values = {
                "name": f"{city}{word}",
                "other_name": f"{_latin(short_city)} {english_word}",
                "industry": industry,
                "type": "government",
            }
            domain = f"{''.join(lazy_pinyin(short_city))}-{english_word.split()[-1].lower()}"
        elif draw.chance(0.03):
            person = chinese_name(draw)
            values = {"name": f"{person.full}一家", "type": "household", "industry": None}
            domain = f"{person.mailbox.replace('.', '-')}-home"
        else:
            brand = draw.choice(chinese.BRAND_FIRST) + draw.choice(chinese.BRAND_SECOND)
            word, english_word, industry, _weight = draw.weighted(chinese.TRADES)
            suffix, english_suffix, _weight = draw.weighted(chinese.SUFFIXES)
            suffix = suffix.removeprefix("科技") if word.endswith("科技") else suffix
            values = {
                "name": f"{short_city}{brand}{word}{suffix}",
                "industry": industry,
                "type": draw.weighted(PLAIN_TYPES)[0],
                "other_name": f"{_latin(short_city)} {_latin(brand)} {english_word} {english_suffix}",
            }
            domain = f"{''.join(lazy_pinyin(brand))}-{english_word.split()[0].lower()}-{''.join(lazy_pinyin(short_city))[:2]}"
            if draw.chance(0.7):
                values["tax_id"] = _credit_code(draw, division)
        number = f"5{draw.randint(0, 999):03d}{draw.randint(0, 9999):04d}"
        values.update(
            phone=f"+86 {area[1:]} {number if len(area) == 3 else number[:7] if area not in LONG else number}",
            email=f"office@{domain}.example",
            website=f"https://www.{domain}.example",
            address_country="CN",
            address_region=province,
            address_city=city,
            address_district=draw.choice(chinese.DISTRICTS),
            address_postcode=postcode,
            address_street=f"{draw.choice(chinese.ROADS)} {draw.randint(1, 2999)} 号",
        )
        return Customer(values, True, 0, self.today, min(25.0, draw.paretovariate(1.3)), domain, region)

    def _english(self) -> Customer:
        draw = self.draw
        city, county, country, prefix, postcode, _weight = draw.weighted(english.CITIES)
        values: dict[str, Any]
        if draw.chance(0.09):
            word, industry = draw.choice(english.PUBLIC_BODIES)
            values = {
                "name": f"{draw.choice((city, draw.choice(english.NAME_FIRST)))} {word}",
                "industry": industry,
                "type": "government",
            }
        elif draw.chance(0.03):
            values = {"name": f"{english_name(draw).family} family", "type": "household", "industry": None}
        else:
            word, industry, _weight = draw.weighted(english.TRADES)
            first = draw.choice(english.NAME_FIRST)
            if draw.chance(0.3):
                first = f"{first} & {draw.choice(english.NAME_FIRST)}"
            elif draw.chance(0.2):
                first = draw.choice(english.SURNAMES).replace("_", " ")
            suffix = draw.weighted(english.SUFFIXES)[0]
            values = {
                "name": f"{first} {word} {suffix}".strip(),
                "industry": industry,
                "type": draw.weighted(PLAIN_TYPES)[0],
            }
            if draw.chance(0.6):
                values["tax_id"] = _vat_number(draw)
        domain = "-".join(values["name"].lower().replace("&", "and").replace("'", "").split()[:3])
        domain = domain.translate(str.maketrans("üèéíáö", "ueeiao"))
        width = 13 - len(prefix)
        values.update(
            phone=f"{prefix}{draw.randint(0, 10**width - 1):0{width}d}",
            email=f"hello@{domain}.example",
            website=f"https://www.{domain}.example",
            address_country=country,
            address_region=county,
            address_city=city,
            address_postcode=postcode,
            address_street=f"{draw.randint(1, 240)} {draw.choice(english.STREETS)}",
        )
        return Customer(values, False, 0, self.today, min(25.0, draw.paretovariate(1.3)), domain, "europe")

    def person(self, customers: list[Customer], at: int) -> Person:
        draw, home = self.draw, customers[at]
        name = chinese_name(draw) if home.chinese else english_name(draw)
        title, department, _weight = draw.weighted(chinese.JOBS if home.chinese else english.JOBS)
        private = home.values["type"] == "household"
        values: dict[str, Any] = {
            "name": name.full,
            "family_name": name.family,
            "given_name": name.given,
            "language": "zh-hans" if home.chinese else "en",
            "gender": "female" if name.female else "male",
            "email": self._mail(name.mailbox, home.domain),
            "mobile": self._mobile() if home.chinese else None,
            "job_title": None if private else title,
            "department": None if private else department,
            "status": "active" if draw.chance(0.95) else "left",
            "source": home.values["source"],
        }
        if not home.chinese:
            values["phone"] = self._direct_line(home)
        elif draw.chance(0.5):
            values["phone"] = home.values["phone"]
        if home.chinese and draw.chance(0.6):
            values["wechat"] = f"{name.mailbox.replace('.', '_')}{draw.randint(10, 99)}"[:20]
        if draw.chance(0.35):
            born = self.today.date() - datetime.timedelta(days=draw.randint(24 * 365, 63 * 365))
            values["birthday"] = born.isoformat()
        since = min(draw.between(home.since, self.today, (chinese if home.chinese else english).ZONE), self.today)
        return Person(
            values,
            at,
            since,
            name.family + ("总" if name.full == name.family + name.given and home.chinese else ""),
        )

    def _mail(self, mailbox: str, domain: str) -> str:
        mail, count = f"{mailbox}@{domain}.example", 1
        while mail in self.mails:
            count += 1
            mail = f"{mailbox}{count}@{domain}.example"
        self.mails.add(mail)
        return mail

    def _mobile(self) -> str:
        """A number nobody has: in the block 0000 of a Chinese prefix."""
        while True:
            prefix = self.draw.choice((136, 137, 138, 139, 150, 151, 158, 159, 186, 187, 188, 189))
            found = f"+86{prefix}0000{self.draw.randint(0, 9999):04d}"
            if found not in self.mobiles:
                self.mobiles.add(found)
                return found

    def _direct_line(self, home: Customer) -> str:
        """Another number of the block which Britain keeps free for fiction, in the same town."""
        main: str = home.values["phone"]
        return f"{main[:-3]}{self.draw.randint(0, 999):03d}"


# towns outside the 0xx area codes whose numbers have eight digits
LONG = frozenset(
    {
        "0571",
        "0512",
        "0574",
        "0510",
        "0755",
        "0769",
        "0757",
        "0532",
        "0531",
        "0731",
        "0371",
        "0551",
        "0411",
        "0591",
    }
)


def _latin(text: str) -> str:
    return "".join(lazy_pinyin(text)).capitalize()


def _credit_code(draw: Draw, division: str) -> str:
    """A 统一社会信用代码 with right check characters (for a firm registered in this division)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "MA" + "".join(draw.choice(alphabet) for _ in range(6))
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(letters.index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    check = "0123456789X0"[11 - total % 11]
    number = f"91{division}{body}{check}"
    return number + str(uscc.calc_check_digit(number))


def _vat_number(draw: Draw) -> str:
    """A British VAT number with a right check."""
    while True:
        number = f"{draw.randint(1_000_000, 9_999_999)}"
        check = 97 - sum(int(d) * w for d, w in zip(number, range(8, 1, -1), strict=True)) % 97
        found = f"GB{number}{check:02d}"
        if vat.is_valid(found):
            return found
