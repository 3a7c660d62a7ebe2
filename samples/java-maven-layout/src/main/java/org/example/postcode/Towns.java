package org.example.postcode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;

/** The towns of the postcodes that the shop delivers to. */
final class Towns {
    private final Properties towns = new Properties();

    Towns() {
        try (InputStream stream = Towns.class.getResourceAsStream("/towns.properties")) {
            towns.load(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<String> of(String postcode) {
        return Optional.ofNullable(towns.getProperty(postcode));
    }
}
