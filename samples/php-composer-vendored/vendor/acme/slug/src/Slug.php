<?php

namespace Acme\Slug;

final class Slug
{
    public static function of(string $title): string
    {
        $plain = strtr($title, ['ä' => 'ae', 'ö' => 'oe', 'ü' => 'ue', 'ß' => 'ss', 'é' => 'e', 'ñ' => 'n']);
        return trim(preg_replace('/[^a-z0-9]+/', '-', strtolower($plain)), '-');
    }
}
