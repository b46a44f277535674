/* bcryptprimitives.dll: Rust's standard library (tokenizers, ...) takes its random numbers from
   ProcessPrng, which Wine 8 lacks. SystemFunction036 is RtlGenRandom. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
  return SystemFunction036(data, (ULONG)length);
}
