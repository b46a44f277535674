/* python.exe, and pythonw.exe with -DWINDOWED: CPython's own programs do no more than call Py_Main. */
#include <stdio.h>
#include <windows.h>
#include <shellapi.h>

typedef int (*py_main)(int, wchar_t **);

static int run(int argc, wchar_t **argv) {
  HMODULE library = LoadLibraryW(L"python311.dll");
  py_main start = library ? (py_main)(void *)GetProcAddress(library, "Py_Main") : NULL;
  if (start) return start(argc, argv);
  fprintf(stderr, "python311.dll cannot be loaded: error %lu\n", GetLastError());
  return 120;
}

#ifdef WINDOWED
int WINAPI wWinMain(HINSTANCE self, HINSTANCE before, PWSTR line, int show) {
  int argc;
  wchar_t **argv = CommandLineToArgvW(GetCommandLineW(), &argc);
  return run(argc, argv);
}
#else
int wmain(int argc, wchar_t **argv) { return run(argc, argv); }
#endif
