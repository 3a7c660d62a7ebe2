STATIC = ["static", "node_modules"]
