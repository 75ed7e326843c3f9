from django.urls import path, register_converter

from crm.kernel.pages.routes import BesideConverter, KindConverter
from crm.kernel.pages.views import boards, bulk, forms, lists, own, records, shares, similar

register_converter(KindConverter, "kind")
register_converter(BesideConverter, "beside")

urlpatterns = [
    path("", own.home, name="pages.home"),
    path("bin/", own.bin_page, name="pages.bin"),
    path("bin/<uuid:pk>/restore", own.take_out, name="pages.restore"),
    path("undo/<uuid:change_set>", own.undo, name="pages.undo"),
    path("notices", own.notifications, name="pages.notices"),
    path("notices/read", own.all_read, name="pages.all_read"),
    path("notices/<uuid:pk>", own.open_notice, name="pages.notice"),
    path("unread", own.unread, name="pages.unread"),
    path("preferences", own.keep, name="pages.preferences"),
    path("keys", own.keyboard, name="pages.keys"),
    path("palette", own.palette, name="pages.palette"),
    path("jobs/<uuid:pk>/", own.job, name="pages.job"),
    path("jobs/<uuid:pk>/stop", own.stop_job, name="pages.job_stop"),
    path("find", lists.find, name="pages.find"),
    path("search", lists.search, name="pages.search"),
    path("lookup/<slug:what>", lists.lookup, name="pages.lookup"),
    path("go/<uuid:pk>", records.go, name="pages.go"),
    path("<kind:entity>/", lists.table, name="pages.list"),
    path("<kind:entity>/new", forms.new, name="pages.new"),
    path("<kind:entity>/similar", similar.similar, name="pages.similar"),
    path("<kind:entity>/similar/<uuid:pk>/add", similar.add_typed, name="pages.similar_add"),
    path("<kind:entity>/columns", lists.columns, name="pages.columns"),
    path("<kind:entity>/filter", lists.filter_editor, name="pages.filter"),
    path("<kind:entity>/bulk", bulk.ask, name="pages.bulk"),
    path("<kind:entity>/bulk/apply", bulk.apply, name="pages.bulk_apply"),
    path("<kind:entity>/board", boards.board, name="pages.board"),
    path("<kind:entity>/board/more", boards.more, name="pages.board_more"),
    path("<kind:entity>/<uuid:pk>/", records.page, name="pages.record"),
    path("<kind:entity>/<uuid:pk>/edit", forms.edit, name="pages.edit"),
    path("<kind:entity>/<uuid:pk>/drawer", records.drawer, name="pages.drawer"),
    path("<kind:entity>/<uuid:pk>/move", boards.move, name="pages.move"),
    path("<kind:entity>/<uuid:pk>/<beside:way>", records.beside, name="pages.beside"),
    path("<kind:entity>/<uuid:pk>/pin", records.pin, name="pages.pin"),
    path("<kind:entity>/<uuid:pk>/delete", records.to_bin, name="pages.delete"),
    path("<kind:entity>/<uuid:pk>/files", records.attach, name="pages.attach"),
    path("<kind:entity>/<uuid:pk>/files/<uuid:file_id>/remove", records.detach, name="pages.detach"),
    path("<kind:entity>/<uuid:pk>/shares", shares.shares, name="pages.shares"),
    path("<kind:entity>/<uuid:pk>/shares/<uuid:share_id>/remove", shares.remove, name="pages.unshare"),
    path("<kind:entity>/<uuid:pk>/tab/<slug:name>", records.tab, name="pages.tab"),
    path("<kind:entity>/<uuid:pk>/do/<slug:name>", records.act, name="pages.act"),
    path("<kind:entity>/<uuid:pk>/cell/<slug:name>", forms.cell, name="pages.cell"),
    path("<kind:entity>/<uuid:pk>/cell/<slug:name>/shown", forms.cell_shown, name="pages.cell_shown"),
]
