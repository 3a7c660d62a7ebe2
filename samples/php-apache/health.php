<?php
header('Content-Type: text/plain');
echo is_writable(__DIR__ . '/data') ? 'ok' : 'data is read-only';
