"""What every service offers to oversight: figures with small counts hidden, its own log's counts, replay."""
