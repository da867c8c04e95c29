"""One module for each kind of source; adding one edits no existing file."""
