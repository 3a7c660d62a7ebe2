package org.minijson;

import java.util.Map;
import java.util.stream.Collectors;

/** Writes flat maps of strings as JSON objects. */
public final class Json {
    private Json() {}

    public static String object(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> quote(field.getKey()) + ":" + quote(field.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
