-- The files of imports and edited workbooks take room, too, until they go (see files/sql).
CREATE OR REPLACE TRIGGER kith_file_room_more AFTER INSERT ON import_run FOR EACH ROW EXECUTE FUNCTION kith_file_room();
CREATE OR REPLACE TRIGGER kith_file_room_less AFTER DELETE ON import_run FOR EACH ROW EXECUTE FUNCTION kith_file_room();

CREATE OR REPLACE TRIGGER kith_file_room_more AFTER INSERT ON edited_book FOR EACH ROW EXECUTE FUNCTION kith_file_room();
CREATE OR REPLACE TRIGGER kith_file_room_less AFTER DELETE ON edited_book FOR EACH ROW EXECUTE FUNCTION kith_file_room();
