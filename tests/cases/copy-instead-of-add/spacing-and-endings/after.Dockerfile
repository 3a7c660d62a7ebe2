FROM scratch
	 COPY	 a.py \
  # why
  b.py   /srv/
COPY c.py /
