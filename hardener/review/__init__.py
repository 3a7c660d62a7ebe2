"""What people and machines read: the diff and the words beside it."""
