<?php

$vendorDir = dirname(__DIR__);
$baseDir = dirname($vendorDir);

return [
    'Acme\\Slug\\' => $vendorDir . '/acme/slug/src',
    'Acme\\Permalinks\\' => $baseDir . '/src',
];
