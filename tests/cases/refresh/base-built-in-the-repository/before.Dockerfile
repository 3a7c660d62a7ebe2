FROM acme/base:1.2.3
