"""What a build context says of the programs that are built from it, one module an ecosystem."""
