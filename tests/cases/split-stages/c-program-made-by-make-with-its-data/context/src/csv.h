#ifndef CSV_H
#define CSV_H

#include <stddef.h>
#include <stdio.h>

struct reading {
    char sensor[32];
    double value;
};

/* Reads lines "sensor,value" into at most max readings; returns how many were read. */
size_t csv_read(FILE *file, struct reading *readings, size_t max);

#endif
