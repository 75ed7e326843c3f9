from django.urls import path

from crm.kernel.files.views import download, page, public

app_name = "files"

urlpatterns = [
    path("files/<uuid:file_id>", download, name="download"),
    path("files/<uuid:file_id>/page/<int:number>", page, name="page"),
    path("get/<str:token>", public, name="public"),
]
