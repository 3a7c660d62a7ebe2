#include <stdio.h>
int main(){puts("x");return 0;}
