FROM https://build:1m4geT0ken33@registry.example.com/base:1
RUN true
