FROM python:3.13
ENTRYPOINT mysqld --init --password=3ntryP0intPw --user=root
