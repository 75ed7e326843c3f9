from django.urls import path

from crm.kernel.files.views import download

app_name = "files"

urlpatterns = [path("files/<uuid:file_id>", download, name="download")]
