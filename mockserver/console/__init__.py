"""Pages for people, served by Flask behind the pipeline. They change nothing but through the control plane."""
