# Roman numerals for 1 to 3999.
module Roman
  VALUES = {
    "M" => 1000, "CM" => 900, "D" => 500, "CD" => 400, "C" => 100, "XC" => 90,
    "L" => 50, "XL" => 40, "X" => 10, "IX" => 9, "V" => 5, "IV" => 4, "I" => 1
  }.freeze

  def self.from(number)
    raise ArgumentError, "#{number} is not between 1 and 3999" unless (1..3999).cover?(number)

    VALUES.reduce(+"") do |numeral, (letters, value)|
      times, number = number.divmod(value)
      numeral << letters * times
    end
  end
end
