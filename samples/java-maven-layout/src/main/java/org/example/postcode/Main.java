package org.example.postcode;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.minijson.Json;

public final class Main {
    public static void main(String[] args) throws Exception {
        Towns towns = new Towns();
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "18016"));
        HttpServer server = HttpServer.create(new InetSocketAddress("0.0.0.0", port), 0);
        server.createContext("/", exchange -> {
            String postcode = exchange.getRequestURI().getPath().substring(1);
            Optional<String> town = towns.of(postcode);
            String text = town.map(name -> Json.object(Map.of("town", name)))
                    .orElse(Json.object(Map.of("error", "we do not deliver to " + postcode)));
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(town.isPresent() ? 200 : 404, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.stop(0);
            Runtime.getRuntime().halt(0);
        }));
        server.start();
    }
}
