"""What is known of secrets: by which names, files, options and shapes they are found."""
