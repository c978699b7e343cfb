"""What operators watch a server with: figures, lines of a log, traces. Nothing of it is imported where nobody asked for it."""
