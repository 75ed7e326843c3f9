"""Accounts: the companies, households and public bodies one deals with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.customers.models.sources import Source
from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record


class AccountType(models.TextChoices):
    COMPANY = "company", _("Company")
    HOUSEHOLD = "household", _("Household")
    GOVERNMENT = "government", _("Public body")
    PARTNER = "partner", _("Partner")
    COMPETITOR = "competitor", _("Competitor")
    SUPPLIER = "supplier", _("Supplier")


class AccountStatus(models.TextChoices):
    PROSPECT = "prospect", _("Prospect")
    CUSTOMER = "customer", _("Customer")
    FORMER = "former", _("Former customer")
    UNFIT = "unfit", _("Not a fit")


class CompanySize(models.TextChoices):
    """Bands of head count; the value is the band itself."""

    TO_9 = "1-9", _("1 to 9 people")
    TO_49 = "10-49", _("10 to 49 people")
    TO_249 = "50-249", _("50 to 249 people")
    TO_999 = "250-999", _("250 to 999 people")
    FROM_1000 = "1000+", _("1,000 people and more")


class Account(Record):
    """One customer. `parent` is the company it belongs to; circles are refused by the entity's rule."""

    name = f.Text(
        _("Name"),
        required=True,
        title=True,
        synonyms=(
            "account",
            "account name",
            "company",
            "company name",
            "customer",
            "公司",
            "公司名称",
            "公司全称",
            "客户",
            "客户名称",
            "名称",
            "单位名称",
        ),
    )
    other_name = f.Text(
        _("Other name"),
        search="A",
        help=_("The name in another language, or the short name."),
        synonyms=("short name", "local name", "english name", "简称", "股票简称", "英文名", "别名"),
    )
    type = f.Choice(_("Type"), AccountType, default=AccountType.COMPANY, synonyms=("account type", "客户类型", "类别"))
    status = f.Choice(_("Status"), AccountStatus, default=AccountStatus.PROSPECT, synonyms=("account status", "客户状态"))
    industry = f.Text(_("Industry"), synonyms=("sector", "branch", "行业", "所属行业"))
    size = f.Choice(_("Size"), CompanySize, synonyms=("company size", "规模"))
    employees = f.Integer(_("Employees"), least=0, synonyms=("number of employees", "headcount", "staff", "员工数", "人数"))
    annual_revenue = f.Money(_("Annual revenue"), synonyms=("revenue", "turnover", "年收入", "年营业额"))
    founded = f.Integer(_("Founded in"), least=1000, most=2200, synonyms=("year established", "year founded", "成立年份", "成立时间"))
    source = f.Choice(_("Source"), Source, synonyms=("lead source", "来源", "客户来源"))
    parent = f.Link("customers.Account", _("Part of"), synonyms=("parent", "parent account", "subsidiary of", "上级公司", "母公司"))
    phone = f.Phone(_("Phone"), synonyms=("telephone", "main phone", "tel", "电话", "总机"))
    fax = f.Phone(_("Fax"), synonyms=("fax number", "传真"))
    email = f.Email(_("E-mail"), synonyms=("email", "mail", "邮箱", "电子邮箱"))
    website = f.Url(_("Website"), synonyms=("homepage", "web", "url", "home page", "网址", "官网"))
    address = f.PostalAddress(_("Address"), synonyms=("office address", "地址"))
    billing_address = f.PostalAddress(_("Billing address"), synonyms=("invoice address", "开票地址"), protected=True)
    tax_id = f.TaxId(_("Tax number"), protected=True, synonyms=("vat", "vat number", "credit code", "统一社会信用代码", "税号", "信用代码"))
    bank_account = f.Text(
        _("Bank account"),
        protected=True,
        help=_("The number of the account, or the IBAN, with the name of the bank."),
        synonyms=("bank account number", "iban", "account number", "银行账号", "银行账户", "开户行及账号", "对公账户"),
    )
    external_id = f.Text(
        _("External number"),
        search="B",
        help=_("Its number in another system."),
        synonyms=("customer id", "customer number", "customer key", "account id", "code", "代码", "客户编号", "编号"),
    )
    tags = f.Tags(_("Tags"), synonyms=("labels", "标签"))
    description = f.LongText(_("Description"), search="D", synonyms=("notes", "comments", "备注", "说明"))

    class Meta:
        db_table = "account"
