"""Reference data of law, practice and markets; each value has a date, a source and a status."""
