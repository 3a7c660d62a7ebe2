#include <stdio.h>
int main(){FILE*f=fopen("map","r");if(!f){perror("x");return 1;}puts("ok");return 0;}
