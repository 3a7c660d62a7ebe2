<?php

require_once __DIR__ . '/composer/autoload_psr4_loader.php';

return new Psr4Loader(require __DIR__ . '/composer/autoload_psr4.php');
