<?php
// Counts visits in a file. flock keeps two visitors from counting as one.
$file = fopen(__DIR__ . '/data/visits.txt', 'c+');
flock($file, LOCK_EX);
$visits = (int) stream_get_contents($file) + 1;
ftruncate($file, 0);
rewind($file);
fwrite($file, (string) $visits);
fclose($file);
?>
<!doctype html>
<title>Rowing club</title>
<h1>Rowing club</h1>
<p>You are visitor number <?= $visits ?>.</p>
