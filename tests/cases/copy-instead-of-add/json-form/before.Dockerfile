FROM scratch
ADD ["a b.py", "/srv/a b.py"]
ADD ["a.tar", "/"]
