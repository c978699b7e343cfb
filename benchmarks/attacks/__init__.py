"""Who means no good: requests that are wrong in every way (`fuzz`), and servers that are killed (`chaos`)."""
