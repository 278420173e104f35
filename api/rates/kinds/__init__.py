"""One file is one kind of rate paper: dropped in, it appears in the schema, the command and the reference pages."""
