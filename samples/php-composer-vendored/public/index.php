<?php

use Acme\Permalinks\Permalink;

require __DIR__ . '/../vendor/autoload.php';

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);

if ($path === '/health') {
    header('Content-Type: text/plain');
    echo 'ok';
} elseif ($path === '/permalink') {
    header('Content-Type: text/plain');
    echo Permalink::for($_GET['title'] ?? 'untitled', (int) ($_GET['issue'] ?? 1));
} else {
    readfile(__DIR__ . '/../templates/form.html');
}
