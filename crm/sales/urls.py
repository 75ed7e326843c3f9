from django.urls import path

from crm.sales.views import assignment, conversion, deals, lines, page, pipelines, web_form

urlpatterns = [
    path("f/<str:token>", web_form.form_page, name="sales.form"),
    path("f/<str:token>/thanks", web_form.thanks_page, name="sales.form_thanks"),
    path("leads/<uuid:pk>/do/convert", conversion.convert, name="sales.convert"),
    path("sales/assignment/", assignment.show, name="sales.assignment"),
    path("sales/assignment/new", assignment.edit, name="sales.rule_new"),
    path("sales/assignment/habits", assignment.habits, name="sales.habits"),
    path("sales/assignment/<uuid:pk>", assignment.edit, name="sales.rule"),
    path("sales/assignment/<uuid:pk>/order", assignment.order, name="sales.rule_order"),
    path("sales/assignment/<uuid:pk>/drop", assignment.drop, name="sales.rule_drop"),
    path("sales/", page.sales_page, name="sales"),
    path("sales/deals/<uuid:pk>/stage", deals.move, name="sales.move"),
    path("sales/deals/<uuid:pk>/lines", lines.add, name="sales.line_add"),
    path("sales/deals/<uuid:pk>/by-hand", lines.by_hand, name="sales.by_hand"),
    path("sales/deals/<uuid:pk>/lines/<uuid:line>", lines.save, name="sales.line"),
    path("sales/deals/<uuid:pk>/lines/<uuid:line>/order", lines.order, name="sales.line_order"),
    path("sales/deals/<uuid:pk>/lines/<uuid:line>/drop", lines.drop, name="sales.line_drop"),
    path("opportunities/<uuid:pk>/do/lose", deals.lose, name="sales.lose"),
    path("sales/pipelines/", pipelines.show, name="sales.pipelines"),
    path("sales/pipelines/add", pipelines.add_pipeline, name="sales.add_pipeline"),
    path("sales/pipelines/<uuid:pk>", pipelines.save_pipeline, name="sales.save_pipeline"),
    path("sales/pipelines/<uuid:pk>/stages", pipelines.add_stage, name="sales.add_stage"),
    path("sales/stages/<uuid:pk>/order", pipelines.order_stage, name="sales.order_stage"),
    path("sales/stages/<uuid:pk>/retire", pipelines.retire_stage, name="sales.retire_stage"),
    path("sales/stages/<uuid:pk>/remove", pipelines.remove_stage, name="sales.remove_stage"),
    path("sales/reasons/add", pipelines.add_reason, name="sales.add_reason"),
    path("sales/reasons/<uuid:pk>", pipelines.save_reason, name="sales.save_reason"),
]
