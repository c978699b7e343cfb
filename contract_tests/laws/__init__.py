"""Laws: scripted tests, each of a few rules. What several APIs are asked alike is here; the rest is in `apis/<api>/laws`."""
