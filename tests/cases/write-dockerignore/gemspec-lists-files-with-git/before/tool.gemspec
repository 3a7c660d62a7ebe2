Gem::Specification.new do |spec|
  spec.name = 'tool'
  spec.version = '1.0'
  spec.files = `git ls-files -z`.split("\x0")
end
