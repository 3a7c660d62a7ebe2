from \
  # why
  python:3.14   as x
