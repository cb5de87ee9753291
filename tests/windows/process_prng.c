/* bcryptprimitives.dll with the one function that Rust's standard library wants of it: Debian 12's Wine has none. */

#include <stddef.h>

unsigned char __stdcall SystemFunction036(void *buffer, unsigned long length); /* RtlGenRandom */

__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *data, size_t length)
{
    return SystemFunction036(data, (unsigned long)length);
}
