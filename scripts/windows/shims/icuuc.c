/* icuuc.dll: Windows 10 brings ICU, Wine 8 does not, and Qt 6.11 does not load without it. Qt asks it
   only for code pages other than UTF-8, UTF-16 and Latin-1: every converter is "not there". */
#define MISSING(name) __declspec(dllexport) void *name(void) { return 0; }

__declspec(dllexport) void *ucnv_open(const char *name, int *error) {
  if (error) *error = 4; /* U_FILE_ACCESS_ERROR */
  return 0;
}
MISSING(ucnv_close)
MISSING(ucnv_reset)
MISSING(ucnv_getMaxCharSize)
MISSING(ucnv_getName)
MISSING(ucnv_getToUCallBack)
MISSING(ucnv_getFromUCallBack)
MISSING(ucnv_setToUCallBack)
MISSING(ucnv_setFromUCallBack)
MISSING(ucnv_cbToUWriteUChars)
MISSING(ucnv_toUnicode)
MISSING(ucnv_cbFromUWriteUChars)
MISSING(ucnv_toUCountPending)
MISSING(ucnv_fromUCountPending)
MISSING(ucnv_getStandardName)
MISSING(ucnv_getAvailableName)
MISSING(ucnv_countAvailable)
MISSING(ucnv_fromUnicode)
MISSING(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
MISSING(UCNV_TO_U_CALLBACK_SUBSTITUTE)
