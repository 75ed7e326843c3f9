"""A Chinese address in one line, taken apart: 浙江省 | 杭州市 | 西湖区 | 文三路 478 号."""

import re

from crm.kernel.entity.forms.address_parts import Address

_PROVINCES = (
    "北京市 天津市 上海市 重庆市 河北省 山西省 辽宁省 吉林省 黑龙江省 江苏省 浙江省 安徽省 福建省 "
    "江西省 山东省 河南省 湖北省 湖南省 广东省 海南省 四川省 贵州省 云南省 陕西省 甘肃省 青海省 台湾省 "
    "内蒙古自治区 广西壮族自治区 西藏自治区 宁夏回族自治区 新疆维吾尔自治区 香港特别行政区 "
    "澳门特别行政区"
).split()
_SIGNS = dict(
    zip(
        "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川贵云陕甘青台蒙桂藏宁新港澳",
        _PROVINCES[:4] + _PROVINCES[4:],
        strict=True,
    )
)
MUNICIPALITIES = frozenset(_PROVINCES[:4])
_ELSEWHERE = {"台湾省": "TW", "香港特别行政区": "HK", "澳门特别行政区": "MO"}
_SHORT = {re.sub(r"(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)$", "", full): full for full in _PROVINCES}
_TRADITIONAL = str.maketrans("廣東蘇遼寧龍陝貴慶灣蕭內門臺壯維爾別區縣號", "广东苏辽宁龙陕贵庆湾萧内门台壮维尔别区县号")
_HEAD = re.compile(r"^(?:中华人民共和国|中國|中国)[\s,，]*")
_POSTCODE_FRONT = re.compile(r"^(?:邮编|邮政编码)?[:：]?\s*(\d{6})(?!\d)[\s,，]*")
_POSTCODE_BACK = re.compile(r"[\s,，(（]*(?:邮编|邮政编码)?[:：]?\s*(?<!\d)(\d{6})[)）]?$")
_CITY = re.compile(r"[^区县路街号\d]{2,9}?(?:自治州|地区|盟|市)")
# Names that hold a sign which else ends a district or begins a street.
_NAMED = "让胡路区|上街区|西乡塘区|津市市|沙市区|红旗区|社旗县|辉县市|沙县区|赣县区|梅县区|西市区|新市区|共青城市"
_DISTRICT = re.compile(rf"(?:{_NAMED})|[^\d\s][^路街号\d\s]{{0,13}}?(?:自治县|自治旗|林区|特区|区|县|旗|市)")
_NOT_A_DISTRICT = re.compile(r"(?:小|社|校|厂|院|库|住宅|生活)区$|.[镇乡](?!塘).+区$|^.{3,}(?<!共青)城市$")


def province(text: str) -> str:
    """The full name of a province by its full name, short name or sign (广东, 粤); "" where there is none."""
    plain = text.translate(_TRADITIONAL)
    if plain in _PROVINCES:
        return plain
    return _SHORT.get(plain) or _SIGNS.get(plain, "")


def split_address(text: str) -> Address:
    """The parts of a Chinese address, big to small, as far as they can be told; the rest is the street."""
    rest, postcode = _without_postcode(_HEAD.sub("", text))
    rest = _HEAD.sub("", rest)
    region, rest = _take_province(rest)
    country = _ELSEWHERE.get(region, "CN" if region else "")
    if country in ("HK", "MO"):
        return Address(country, region.removesuffix("特别行政区"), "", "", postcode, rest.strip(" ,，"))
    if region in MUNICIPALITIES:
        city, rest = region, re.sub(r"^(?:市辖区|县(?=.{2,}县))", "", rest.removeprefix(region))
    else:
        city, rest = _take(_CITY, rest)
    # 唐山市 | 唐山市汉沽管理区: a zone that carries its city's name.
    again = city if city and rest.startswith(city) else ""
    district, street = _take(_DISTRICT, rest.removeprefix(again))
    district = f"{again}{district}" if district else district
    street = street if district else rest
    if district and _NOT_A_DISTRICT.search(district):
        district, street = "", rest
    return Address(country, region, city, district, postcode, street.strip(" ,，"))


def _without_postcode(text: str) -> tuple[str, str]:
    match = _POSTCODE_FRONT.search(text)
    if match and match.end() < len(text):
        return text[match.end() :].strip(), match[1]
    match = _POSTCODE_BACK.search(text)
    if match and match.start():
        return text[: match.start()].strip(), match[1]
    return text, ""


def _take_province(text: str) -> tuple[str, str]:
    plain = text.translate(_TRADITIONAL)
    for full in _PROVINCES:
        if plain.startswith(full):
            return full, text[len(full) :].lstrip(" ,，")
    for short, full in _SHORT.items():
        rest = text[len(short) :].lstrip(" ,，")
        # 吉林市, 海南藏族自治州: a city of a like name, not the province.
        if plain.startswith(short) and not re.match(r"市|县|区|路|街|.{1,4}自治[州县]", rest):
            return full, rest
    return "", text


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    match = pattern.match(text)
    if not match:
        return "", text
    return match.group().replace(" ", ""), text[match.end() :].lstrip(" ,，")
