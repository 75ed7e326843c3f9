"""Normal forms: what a person writes, read into one value; and that value, shown in the reader's language.

Every module holds one kind of value: `parse_X(raw, reading)` gives the normal value or raises `FieldError`, whose
message says what is right; `show_X(value, reading)` writes it for people. No database, no models: forms, the API,
imports and automations all read through here, so the same text means the same thing everywhere.

Blank input gives `""` for kinds that are texts (text, phone, e-mail, handle, address of a page, tax id, choice) and
`None` for the others (numbers, money, dates, yes/no, names).
"""
