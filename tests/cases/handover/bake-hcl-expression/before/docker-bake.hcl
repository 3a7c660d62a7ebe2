target "web" {
  context = "."
  args = {
    NPM_TOKEN = upper(NPM_TOKEN)
  }
}
