#include <stdio.h>
int main(){FILE*f=fopen(DATA "/data.txt","r"); if(!f){perror("x");return 1;} puts("ok");return 0;}
