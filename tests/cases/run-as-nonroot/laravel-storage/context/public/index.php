<?php
require __DIR__ . '/../artisan';
