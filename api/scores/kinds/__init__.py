"""One file is one kind of score: dropped in, it appears in the schema, the command and the reference pages."""
