from scratch
add a.py /
Add b.py /
aDD c.py /
