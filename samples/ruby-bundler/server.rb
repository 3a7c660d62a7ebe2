require "socket"
require "cgi"
require "tally"

server = TCPServer.new("0.0.0.0", 18028)
trap("TERM") { exit }

loop do
  client = server.accept
  path = client.gets.to_s.split[1].to_s
  while (line = client.gets) && line != "\r\n"; end
  if path == "/health"
    status, body = "200 OK", "ok"
  elsif path.start_with?("/words?text=")
    words = Tally.words(CGI.unescape(path.delete_prefix("/words?text=")))
    status, body = "200 OK", words.map { |word, count| "#{word} #{count}" }.join(", ")
  else
    status, body = "404 Not Found", "not found"
  end
  client.write("HTTP/1.1 #{status}\r\nContent-Type: text/plain\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}")
  client.close
end
