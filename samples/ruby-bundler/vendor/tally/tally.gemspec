Gem::Specification.new do |spec|
  spec.name = "tally"
  spec.version = "1.0.0"
  spec.summary = "Counts words"
  spec.authors = ["The tally people"]
  spec.files = ["lib/tally.rb"]
end
