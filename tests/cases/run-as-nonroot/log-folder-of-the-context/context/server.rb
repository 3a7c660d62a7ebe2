log = File.open(File.join(__dir__, "log", "access.log"), "a")
