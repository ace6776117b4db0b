"""Ways in without EDIFACT or HTTPS: the watched folder, a file uploaded by hand."""
