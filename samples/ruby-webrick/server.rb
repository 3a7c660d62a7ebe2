require "logger"
require "webrick"
require_relative "lib/roman"

root = __dir__
log = File.open(File.join(root, "log", "access.log"), "a")
log.sync = true

server = WEBrick::HTTPServer.new(
  BindAddress: "0.0.0.0",
  Port: Integer(ENV.fetch("PORT", "18017")),
  AccessLog: [[log, WEBrick::AccessLog::COMMON_LOG_FORMAT]],
  Logger: WEBrick::Log.new($stderr, WEBrick::Log::WARN)
)

server.mount_proc("/health") { |_, response| response.body = "ok" }

server.mount_proc("/roman") do |request, response|
  response.content_type = "text/plain"
  response.body = Roman.from(request.path_info.delete_prefix("/").to_i)
rescue ArgumentError => e
  response.status = 422
  response.body = e.message
end

trap("TERM") { server.shutdown }
server.start
