/* The entry point of python3.dll, which only forwards to python311.dll. */
int __stdcall DllMainCRTStartup(void *self, unsigned reason, void *reserved) { return 1; }
