"""What `./kith` does once its virtual environment is there."""
