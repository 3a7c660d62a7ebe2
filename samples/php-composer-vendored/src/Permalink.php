<?php

namespace Acme\Permalinks;

use Acme\Slug\Slug;

final class Permalink
{
    public static function for(string $title, int $issue): string
    {
        return sprintf('/issue-%02d/%s', $issue, Slug::of($title));
    }
}
