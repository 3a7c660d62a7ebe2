FROM scratch
COPY ["a b.py", "/srv/a b.py"]
ADD ["a.tar", "/"]
