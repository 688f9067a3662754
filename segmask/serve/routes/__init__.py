"""The service's addresses, one file a group."""
