FROM gcc:13-bookworm
WORKDIR /src
COPY main.cpp .
RUN g++ -o greet main.cpp
CMD ["./greet"]
