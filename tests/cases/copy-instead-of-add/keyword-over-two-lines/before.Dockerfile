FROM scratch
AD\
D a.py /
