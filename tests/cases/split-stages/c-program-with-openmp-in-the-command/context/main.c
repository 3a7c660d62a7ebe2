#include <stdio.h>
#include <omp.h>
int main(){printf("%d\n",omp_get_max_threads()>0);return 0;}
