"""Files: attached to records or waiting for a job. Rows in the database, contents in the data folder."""
