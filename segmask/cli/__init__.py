"""The command line: thin commands over the API, one file a group."""
