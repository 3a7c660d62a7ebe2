const http = require('http');
const { label } = require('@acme/labels');

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/health') return response.end('ok');
  const lines = url.searchParams.getAll('line');
  if (url.pathname !== '/label' || lines.length === 0) {
    response.statusCode = 404;
    return response.end('ask for /label?line=...&line=...');
  }
  response.setHeader('Content-Type', 'image/svg+xml');
  return response.end(label(lines));
});

server.listen(Number(process.env.PORT || 18021), '0.0.0.0');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
