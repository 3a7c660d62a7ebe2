#include <stdio.h>
int main(int c,char**v){FILE*f=fopen(v[1],"r"); if(!f){perror("x");return 1;} puts("ok");return 0;}
