"""Tables by name, from files, and drawn from known laws."""
