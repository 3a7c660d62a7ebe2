#include <stdio.h>
int main(int c,char**v){char b[200];snprintf(b,200,"%s.dat",v[1]);FILE*f=fopen(b,"r"); if(!f){perror(b);return 1;} puts("ok");return 0;}
