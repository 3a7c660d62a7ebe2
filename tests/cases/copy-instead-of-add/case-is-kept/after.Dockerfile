from scratch
copy a.py /
Copy b.py /
COPY c.py /
