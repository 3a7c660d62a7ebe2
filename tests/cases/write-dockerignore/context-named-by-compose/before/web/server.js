require("http").createServer((q, a) => a.end("hello")).listen(3000)
