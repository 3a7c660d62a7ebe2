FROM scratch
	 ADD	 a.py \
  # why
  b.py   /srv/
ADD c.py /
