package org.example.dice;

import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A throw such as 3d6+2: three dice of six sides, and two more. */
record Dice(int count, int sides, int bonus) {
    private static final Pattern NOTATION = Pattern.compile("(\\d{1,3})d(\\d{1,4})(?:\\+(\\d{1,4}))?");

    static Dice parse(String notation) {
        Matcher matcher = NOTATION.matcher(notation);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a throw: " + notation);
        }
        int bonus = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        return new Dice(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), bonus);
    }

    int roll(Random random) {
        return bonus + random.ints(count, 1, sides + 1).sum();
    }
}
