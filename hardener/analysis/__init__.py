"""What a stage comes to: its user, its folders and their owners, and what the container runs."""
