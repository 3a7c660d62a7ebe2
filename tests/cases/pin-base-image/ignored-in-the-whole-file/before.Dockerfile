# harden: ignore-file[pin-base-image]
FROM python
