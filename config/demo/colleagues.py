"""Who works in the two demonstration companies."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colleague:
    """One user: name, mail, team, role, where they sell ("" does not), language, zone, country, currency of their sums."""

    name: str
    email: str
    team: str
    role: str
    region: str = ""
    language: str = "en"
    time_zone: str = "Asia/Shanghai"
    country: str = "CN"
    currency: str = "CNY"


EAST, SOUTH, EUROPE = "华东 East China", "华南 South China", "Europe"
TEAMS = (EAST, SOUTH, EUROPE)
COMPANY = "Northlight 北辰光电"
SECOND = "Fernhill Trading"

_ZH = {"language": "zh-hans"}
_UK = {"time_zone": "Europe/London", "country": "GB", "currency": "GBP"}

NORTHLIGHT = (
    Colleague("赵敏 Min Zhao", "min.zhao@northlight.example", EAST, "administrator"),
    Colleague("周博", "bo.zhou@northlight.example", EAST, "manager", "east", **_ZH),
    Colleague("林玫", "mei.lin@northlight.example", EAST, "seller", "east", **_ZH),
    Colleague("高远", "yuan.gao@northlight.example", EAST, "seller", "east", **_ZH),
    Colleague("沈一鸣", "yiming.shen@northlight.example", EAST, "seller", "east", **_ZH),
    Colleague("欧阳倩", "qian.ouyang@northlight.example", SOUTH, "manager", "south", **_ZH),
    Colleague("黎志强", "zhiqiang.li@northlight.example", SOUTH, "seller", "south", **_ZH),
    Colleague("陈嘉怡", "jiayi.chen@northlight.example", SOUTH, "seller", "south", **_ZH),
    Colleague("Alice Wren", "alice.wren@northlight.example", EUROPE, "manager", "europe", **_UK),
    Colleague("Tom Fielding", "tom.fielding@northlight.example", EUROPE, "seller", "europe", **_UK),
    Colleague("Imran Shah", "imran.shah@northlight.example", EUROPE, "seller", "europe", **_UK),
    Colleague("Grace Whitlock", "grace.whitlock@northlight.example", EUROPE, "viewer", **_UK),
)
FERNHILL = (
    Colleague("Dan Fern", "dan.fern@fernhill.example", EUROPE, "administrator", "europe", **_UK),
    Colleague("Ruth Ashby", "ruth.ashby@fernhill.example", EUROPE, "manager", "europe", **_UK),
    Colleague("Owen Pryce", "owen.pryce@fernhill.example", EUROPE, "seller", "europe", **_UK),
)
