import { createServer, IncomingMessage } from "node:http";
import { preview } from "./render";

const port = Number(process.env.PORT ?? 18005);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

const server = createServer(async (request, response) => {
  if (request.method === "GET" && request.url === "/health") {
    response.end("ok");
  } else if (request.method === "POST" && request.url === "/preview") {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(preview(await bodyOf(request))));
  } else {
    response.statusCode = 404;
    response.end("not found");
  }
});

server.listen(port, "0.0.0.0", () => console.log(`preview on port ${port}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
