FROM alpine/git
RUN git clone https://acme:c0mm1tt3dT0ken99@git.example.com/acme/lib.git
