package org.example;

public final class Quotes {
    public static void main(String[] args) {
        System.out.println("Less, but better.");
    }
}
