"""The foreign key between workspace tables, and the lookup for many keys."""

from typing import Any

from django.db import models


class TenantKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key whose constraint and index lead with the workspace.

    Plain constraints bypass row policies and would accept a link into another workspace, so Django's own is left out
    and `tenancy.enforce` writes `FOREIGN KEY (workspace_id, x_id) REFERENCES t (workspace_id, id)` with its index.
    `cascade=True`: the database removes the row together with the one it points to.
    """

    def __init__(self, to: Any, *, cascade: bool = False, **kwargs: Any) -> None:
        self.cascade = cascade
        kwargs.pop("on_delete", None)
        kwargs["db_constraint"] = False
        kwargs["db_index"] = False
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete=models.DO_NOTHING, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("on_delete", None)
        kwargs.pop("db_constraint", None)
        kwargs.pop("db_index", None)
        if self.cascade:
            kwargs["cascade"] = True
        return name, path, args, kwargs


@TenantKey.register_lookup
@models.Field.register_lookup
class Among(models.Lookup):
    """`pk__among=[…]`: like `in`, but the list is one parameter, so that statements with lists of any length are the same."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY (%s)", [*params, self.rhs]
