"""What an answer is judged by: Schemathesis' own checks, and ours where a booking API needs another judgement."""
