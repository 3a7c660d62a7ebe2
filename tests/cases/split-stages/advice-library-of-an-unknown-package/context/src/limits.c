/* limits: lists the readings that lie more than two standard deviations from the mean. */
#include <math.h>
#include <stdlib.h>

#include "csv.h"

#define MAX_READINGS 4096

int main(int argc, char **argv)
{
    static struct reading readings[MAX_READINGS];
    double sum = 0, squares = 0;
    size_t outside = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return EXIT_FAILURE;
    }
    FILE *file = fopen(argv[1], "r");
    if (!file) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    size_t count = csv_read(file, readings, MAX_READINGS);
    fclose(file);
    if (count == 0) {
        fprintf(stderr, "%s: no readings\n", argv[1]);
        return EXIT_FAILURE;
    }

    for (size_t i = 0; i < count; i++)
        sum += readings[i].value;
    double mean = sum / count;
    for (size_t i = 0; i < count; i++)
        squares += (readings[i].value - mean) * (readings[i].value - mean);
    double deviation = sqrt(squares / count);

    for (size_t i = 0; i < count; i++) {
        if (fabs(readings[i].value - mean) > 2 * deviation) {
            printf("%s: %.1f\n", readings[i].sensor, readings[i].value);
            outside++;
        }
    }
    printf("%zu of %zu readings out of limits\n", outside, count);
    return outside ? 2 : EXIT_SUCCESS;
}
