#include <cstdio>

int main() { std::puts("switchboard"); }
