FROM --platform=linux/arm64 registry.example.org/team/base:1.2.3
