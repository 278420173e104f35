"""One file for each reference page; each has a function ``page`` that gives the text from the code as it is."""
