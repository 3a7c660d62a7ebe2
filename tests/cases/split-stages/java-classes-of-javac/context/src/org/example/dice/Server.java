package org.example.dice;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Throws dice over HTTP: /roll/3d6+2?seed=1 */
public final class Server {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "18015"));
        HttpServer server = HttpServer.create(new InetSocketAddress("0.0.0.0", port), 0);
        server.createContext("/health", exchange -> answer(exchange, 200, "ok"));
        server.createContext("/roll/", Server::roll);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.stop(0);
            Runtime.getRuntime().halt(0);
        }));
        server.start();
        System.out.println("dice on port " + port);
    }

    private static void roll(HttpExchange exchange) throws IOException {
        String notation = exchange.getRequestURI().getPath().substring("/roll/".length());
        String query = exchange.getRequestURI().getQuery();
        Random random = query != null && query.startsWith("seed=")
                ? new Random(Long.parseLong(query.substring(5)))
                : new Random();
        try {
            answer(exchange, 200, notation + " = " + Dice.parse(notation).roll(random));
        } catch (IllegalArgumentException e) {
            answer(exchange, 400, e.getMessage());
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
