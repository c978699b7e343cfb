"""What `make bench` runs: every figure beside that of a stock Connexion app, measured in the same run."""
