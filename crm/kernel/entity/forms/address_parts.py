"""What a postal address is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """`country` is ISO 3166 alpha-2; parts that are not known are ""."""

    country: str = ""
    region: str = ""
    city: str = ""
    district: str = ""
    postcode: str = ""
    street: str = ""
