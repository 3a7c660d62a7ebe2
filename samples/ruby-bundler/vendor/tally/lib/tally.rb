# Counts words, the most frequent first.
module Tally
  def self.words(text)
    counts = text.downcase.scan(/[a-z']+/).tally
    counts.sort_by { |word, count| [-count, word] }
  end
end
