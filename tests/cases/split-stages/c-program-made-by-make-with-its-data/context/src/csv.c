#include "csv.h"

size_t csv_read(FILE *file, struct reading *readings, size_t max)
{
    char line[128];
    size_t count = 0;

    while (count < max && fgets(line, sizeof line, file)) {
        struct reading *r = &readings[count];
        if (sscanf(line, "%31[^,],%lf", r->sensor, &r->value) == 2)
            count++;
    }
    return count;
}
