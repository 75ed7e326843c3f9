from django.urls import path

from crm.sales.views import deals, page, pipelines, web_form

urlpatterns = [
    path("f/<str:token>", web_form.form_page, name="sales.form"),
    path("f/<str:token>/thanks", web_form.thanks_page, name="sales.form_thanks"),
    path("sales/", page.sales_page, name="sales"),
    path("sales/deals/<uuid:pk>/stage", deals.move, name="sales.move"),
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
