from django.urls import path

from crm.kernel.exchange import views
from crm.kernel.exchange.edited import views as edited

app_name = "exchange"

urlpatterns = [
    path("import/", views.start, name="start"),
    path("import/template", views.template, name="template"),
    path("import/<uuid:run_id>", views.show, name="run"),
    path("import/<uuid:run_id>/read", views.read_again, name="read"),
    path("import/<uuid:run_id>/guess", views.guess_again, name="guess"),
    path("import/<uuid:run_id>/map", views.map_columns, name="map"),
    path("import/<uuid:run_id>/run", views.run, name="go"),
    path("import/<uuid:run_id>/undo", views.undo, name="undo"),
    path("import/<uuid:run_id>/discard", views.discard, name="discard"),
    path("import/<uuid:run_id>/progress", views.progress, name="progress"),
    path("import/<uuid:run_id>/rejects", views.rejects, name="rejects"),
    path("export/", views.export, name="export"),
    path("export/sheets", views.export_sheets, name="export_sheets"),
    path("export/<uuid:run_id>", views.export_run, name="export_run"),
    path("export/<uuid:run_id>/progress", views.export_progress, name="export_progress"),
    path("export/<uuid:run_id>/file", views.export_file, name="export_file"),
    path("workbook/", edited.start, name="edited_start"),
    path("workbook/<uuid:book_id>", edited.show, name="edited"),
    path("workbook/<uuid:book_id>/choose", edited.choose, name="edited_choose"),
    path("workbook/<uuid:book_id>/write", edited.write, name="edited_write"),
    path("workbook/<uuid:book_id>/discard", edited.discard, name="edited_discard"),
    path("workbook/<uuid:book_id>/progress", edited.progress, name="edited_progress"),
]
