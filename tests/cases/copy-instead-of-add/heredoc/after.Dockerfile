FROM scratch
COPY <<EOF /hello
ADD me not /
EOF
ADD <<A a.tar <<B /x/
a
A
b
B
