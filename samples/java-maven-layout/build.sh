#!/bin/sh
# Compiles src/ and third_party/ into target/postcode.jar with nothing but the JDK.
set -eu
cd "$(dirname "$0")"
mkdir -p target/classes
javac --release 17 -encoding UTF-8 -d target/classes $(find src/main/java third_party -name '*.java')
cp -R src/main/resources/. target/classes/
jar --create --file target/postcode.jar --main-class org.example.postcode.Main -C target/classes .
