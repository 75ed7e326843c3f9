"""Text and pages of files, read in child processes: a file that asks for too much ends the child and nothing else."""
