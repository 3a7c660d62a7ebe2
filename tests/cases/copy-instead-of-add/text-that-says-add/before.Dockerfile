FROM scratch
# ADD a b
RUN echo \
ADD a b
LABEL x="ADD a b"
