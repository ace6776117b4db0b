"""Tables that people send: CSV files and workbooks, as rows of texts."""
