target "inline" {
  dockerfile-inline = <<EOT
FROM scratch
EOT
}
