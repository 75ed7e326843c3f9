"""Products: the goods and services one sells."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record


class ProductKind(models.TextChoices):
    GOODS = "goods", _("Goods")
    SERVICE = "service", _("Service")


class Product(Record):
    """One thing that is sold. What it is sold for stands in the price lists; `cost` is what it costs the company itself."""

    name = f.Text(
        _("Name"), required=True, title=True, synonyms=("product", "product name", "item", "article", "产品", "产品名称", "商品", "品名")
    )
    code = f.Text(
        _("Code"),
        search="B",
        unique_value=True,
        synonyms=("product code", "sku", "item number", "article number", "part number", "产品编号", "货号", "型号"),
    )
    kind = f.Choice(_("Kind"), ProductKind, default=ProductKind.GOODS, synonyms=("product type", "type", "类别", "产品类型"))
    series = f.Text(_("Series"), synonyms=("family", "product line", "category", "系列", "产品线"))
    unit = f.Text(_("Unit"), longest=40, synonyms=("unit of measure", "uom", "单位", "计量单位"))
    tax_class = f.Text(_("Tax class"), longest=80, synonyms=("tax", "tax category", "税类", "税率类别"))
    cost = f.Money(_("Cost"), synonyms=("cost price", "unit cost", "standard cost", "成本", "成本价"))
    retired = f.YesNo(_("Retired"), help=_("Kept for old deals, no longer offered for new ones."), synonyms=("discontinued", "停售"))
    external_id = f.Text(
        _("External number"),
        search="B",
        help=_("Its number in another system."),
        synonyms=("product id", "product key", "编号", "产品标识"),
    )
    description = f.LongText(_("Description"), synonyms=("notes", "comments", "备注", "说明"))

    class Meta:
        db_table = "product"
