"""How many bugs that nobody wrote the contract kit notices."""
