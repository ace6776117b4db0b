"""What `./run` does on one machine: database, processes, demonstration, command line."""
