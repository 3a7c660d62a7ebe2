<?php

/** Loads classes by PSR-4 from the given prefixes. */
final class Psr4Loader
{
    /** @param array<string, string> $prefixes namespace prefix => folder */
    public function __construct(private array $prefixes)
    {
        spl_autoload_register($this->load(...));
    }

    private function load(string $class): void
    {
        foreach ($this->prefixes as $prefix => $folder) {
            if (str_starts_with($class, $prefix)) {
                $file = $folder . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
                if (is_file($file)) {
                    require $file;
                }
            }
        }
    }
}
