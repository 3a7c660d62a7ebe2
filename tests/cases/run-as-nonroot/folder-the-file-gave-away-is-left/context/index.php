<?php
file_put_contents(__DIR__ . '/data/visits.txt', '1');
