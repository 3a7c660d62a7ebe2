FROM example/app
FROM ghcr.io/example/app:1.2.3
