/* callwatch.exe, and callwatchw.exe with -DWINDOWED: the bundle's Python with callwatch's command line.
   One process, so that Windows shows callwatch's name and icon; the Python beside it serves `-m` and `-c`. */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
#include <shellapi.h>

typedef int (*py_main)(int, wchar_t **);

static int fail(const wchar_t *what) {
#ifdef WINDOWED
  MessageBoxW(NULL, what, L"callwatch", MB_OK | MB_ICONERROR);
#else
  fwprintf(stderr, L"callwatch: %ls\n", what);
#endif
  return 1;
}

static int run(int argc, wchar_t **argv) {
  static wchar_t place[32768];
  DWORD length = GetModuleFileNameW(NULL, place, 32768);
  while (length && place[length - 1] != L'\\') length--;
  wcscpy(place + length, PYTHON_DLL);
  HMODULE library = LoadLibraryExW(place, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
  py_main start = library ? (py_main)(void *)GetProcAddress(library, "Py_Main") : NULL;
  if (!start) return fail(L"its files are not whole: repair callwatch under Settings > Apps.");
  wchar_t **given = calloc(argc + 5, sizeof *given);
  int count = 0;
  given[count++] = argv[0];
  given[count++] = L"-I";
  given[count++] = L"-m";
  given[count++] = L"callwatch.cli.main";
#ifdef WINDOWED
  if (argc == 1) given[count++] = L"app";
#endif
  for (int i = 1; i < argc; i++) given[count++] = argv[i];
  return start(count, given);
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
