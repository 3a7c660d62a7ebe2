package org.example;

public final class Shop {
    public static void main(String[] args) {
        System.out.println("open");
    }
}
