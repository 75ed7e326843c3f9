"""Reading a request body: JSON with limits, or one uploaded file.

What can hurt further down is refused here, with the place named: NUL and lone surrogates (PostgreSQL text
holds neither), numbers past 64 bits or with monstrous exponents, deep nesting, wrong types, too many bytes.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from crm.kernel.base.errors import Words, Wrong
from crm.kernel.rest.problems import BadRequest, TooLarge, WrongType

JSON_TYPES = ("application/json", "application/merge-patch+json")
MAX_JSON_BYTES = 2 * 1024 * 1024
MAX_UPLOAD_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 32
MAX_EXPONENT = 40
MAX_INTEGER = 2**63 - 1


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("number") from None
    if abs(number.adjusted()) > MAX_EXPONENT or len(text) > 2 * MAX_EXPONENT:
        raise ValueError("number")
    return number


_decoder = msgspec.json.Decoder(float_hook=_number)


def parse_json(raw: bytes) -> Any:
    """Any JSON value; numbers with a point are `Decimal`. Raises `BadRequest` when it is not JSON."""
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise BadRequest(_("The body is not readable JSON: %(reason)s.") % {"reason": error}) from None
    except ValueError:
        raise BadRequest(_("The body is not readable JSON: a number in it is out of range.")) from None
    except RecursionError:
        raise BadRequest(_("The body is nested too deeply.")) from None


def _faults(value: Any, place: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        yield place, _("This is nested too deeply.")
    elif isinstance(value, str):
        text = text_fault(value)
        if text:
            yield place, text
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        yield place, _("This number is too large.")
    elif isinstance(value, dict):
        for name, item in value.items():
            if text_fault(name):
                yield place or "body", _("A name contains a character that cannot be stored.")
            else:
                yield from _faults(item, f"{place}.{name}" if place else name, depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{place}.{index}" if place else str(index), depth + 1)


def text_fault(text: str) -> str:
    """Why this text cannot be stored; empty when it can."""
    if "\x00" in text:
        return _("The text contains the NUL character, which cannot be stored.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return _("The text contains half of a surrogate pair, which cannot be stored.")
    return ""


def check_values(value: Any) -> None:
    """Raises `Wrong` naming each place that cannot be stored."""
    fields: dict[str, list[Words]] = {}
    for place, text in _faults(value, "", 0):
        fields.setdefault(place or "body", []).append(text)
    if fields:
        raise Wrong(fields=fields)


def read_object(request: HttpRequest, *, optional: bool = False) -> dict[str, Any]:
    """The JSON object in the body. `optional`: an empty body means `{}`."""
    raw = raw_body(request)
    if optional and not raw:
        return {}
    kind = (request.content_type or "").lower()
    if kind not in JSON_TYPES:
        message = _("Send the body as application/json, not as %(type)s.")
        raise WrongType(message % {"type": kind or _("nothing")})
    if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise WrongType(_("JSON must be sent in UTF-8."))
    value = parse_json(raw)
    if not isinstance(value, dict):
        raise BadRequest(_("The body must be a JSON object."))
    check_values(value)
    return value


def refuse_giants(request: HttpRequest) -> None:
    """Raises `TooLarge` by what the client announces, before a byte of the body is read."""
    most = MAX_UPLOAD_BYTES if request.content_type == "multipart/form-data" else MAX_JSON_BYTES
    if content_length(request) > most:
        raise TooLarge(_("The body is larger than %(size)s bytes.") % {"size": most})


def raw_body(request: HttpRequest) -> bytes:
    """The bytes of the body. Raises `TooLarge`, or `BadRequest` where the client broke off."""
    refuse_giants(request)
    try:
        return request.body
    except RequestDataTooBig:
        raise TooLarge(_("The body is larger than %(size)s bytes.") % {"size": MAX_JSON_BYTES}) from None
    except UnreadablePostError:
        raise BadRequest(_("The body broke off before its end.")) from None


def content_length(request: HttpRequest) -> int:
    """Bytes announced by the client; 0 when it said nothing sensible."""
    announced = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(announced) if announced.isascii() and announced.isdigit() and len(announced) < 19 else 0


def read_upload(request: HttpRequest, max_bytes: int) -> "tuple[UploadedFile[Any], dict[str, str]]":
    """The uploaded part named `file` and the other form values. Raises when it is missing or too large."""
    if (request.content_type or "").lower() != "multipart/form-data":
        raise WrongType(_("Send the file as multipart/form-data in a part named “file”."))
    too_large = TooLarge(_("The file is larger than %(size)s bytes.") % {"size": max_bytes})
    if content_length(request) > max_bytes + MAX_JSON_BYTES:
        raise too_large
    try:
        upload, values = request.FILES.get("file"), request.POST.dict()
    except RequestDataTooBig:
        raise too_large from None
    except (MultiPartParserError, UnreadablePostError, SuspiciousOperation, ValueError):
        raise BadRequest(_("The multipart body cannot be read.")) from None
    if upload is None:
        raise Wrong(fields={"file": [_("Send the file in a part named “file”.")]})
    if (upload.size or 0) > max_bytes:
        raise too_large
    texts = {str(name): str(value) for name, value in values.items()}
    check_values({**texts, "file": upload.name or ""})
    return upload, texts
