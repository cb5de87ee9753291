/* A mail program for Simple MAPI that only writes down what it gets: registered for the tests under Wine.
   C:\recorder\answers holds two numbers, the return codes of MAPISendMailW and MAPISendMail; everything else lands
   beside it, UTF-8, one fact a line. The ANSI structures are those of mingw's mapi.h; those of Unicode are written
   here a second time, so that a mistake in the program's own shows. */
#include <windows.h>
#include <mapi.h>
#include <stddef.h>
#include <stdio.h>

typedef struct { ULONG ulReserved, ulRecipClass; PWSTR lpszName, lpszAddress; ULONG ulEIDSize; PVOID lpEntryID; } RecipientW;
typedef struct { ULONG ulReserved, flFlags, nPosition; PWSTR lpszPathName, lpszFileName; PVOID lpFileType; } FileW;
typedef struct {
    ULONG ulReserved;
    PWSTR lpszSubject, lpszNoteText, lpszMessageType, lpszDateReceived, lpszConversationID;
    FLAGS flFlags;
    RecipientW *lpOriginator;
    ULONG nRecipCount;
    RecipientW *lpRecips;
    ULONG nFileCount;
    FileW *lpFiles;
} MessageW;

static FILE *record(void) { return fopen("C:\\recorder\\record", "ab"); }

static ULONG answer(int place)
{
    int codes[2] = {2, 2};
    FILE *file = fopen("C:\\recorder\\answers", "r");
    if (file) {
        if (fscanf(file, "%d %d", &codes[0], &codes[1]) < 2) codes[1] = 2;
        fclose(file);
    }
    return codes[place];
}

static void fact_w(FILE *out, const char *name, const WCHAR *text)
{
    char room[4096] = "(null)";
    if (text) WideCharToMultiByte(CP_UTF8, 0, text, -1, room, sizeof room, NULL, NULL);
    for (char *at = room; *at; at++) if (*at == '\n') *at = '|';
    fprintf(out, "%s=%s\n", name, room);
}

static void fact_a(FILE *out, const char *name, const char *text)
{
    WCHAR room[4096];
    if (!text) { fact_w(out, name, NULL); return; }
    MultiByteToWideChar(CP_ACP, 0, text, -1, room, 4096);
    fact_w(out, name, room);
}

static void begin(FILE *out, const char *function, FLAGS flags, ULONG message_flags)
{
    fprintf(out, "function=%s\nflags=%lu\nmessage_flags=%lu\nthread=%lu\n", function, flags, message_flags,
            GetCurrentThreadId());
}

ULONG WINAPI MAPISendMailW(ULONG_PTR session, ULONG_PTR window, MessageW *message, FLAGS flags, ULONG reserved)
{
    FILE *out = record();
    begin(out, "MAPISendMailW", flags, message->flFlags);
    fact_w(out, "subject", message->lpszSubject);
    fact_w(out, "text", message->lpszNoteText);
    for (ULONG place = 0; place < message->nRecipCount; place++) {
        fprintf(out, "class=%lu\n", message->lpRecips[place].ulRecipClass);
        fact_w(out, "to", message->lpRecips[place].lpszAddress);
    }
    for (ULONG place = 0; place < message->nFileCount; place++) {
        fprintf(out, "position=%lu\n", message->lpFiles[place].nPosition);
        fact_w(out, "file", message->lpFiles[place].lpszFileName);
        fact_w(out, "path", message->lpFiles[place].lpszPathName);
        CopyFileW(message->lpFiles[place].lpszPathName, L"C:\\recorder\\received.pdf", FALSE);
    }
    fclose(out);
    SetCurrentDirectoryW(L"C:\\windows");
    return answer(0);
}

ULONG WINAPI MAPISendMail(LHANDLE session, ULONG_PTR window, lpMapiMessage message, FLAGS flags, ULONG reserved)
{
    FILE *out = record();
    begin(out, "MAPISendMail", flags, message->flFlags);
    fact_a(out, "subject", message->lpszSubject);
    fact_a(out, "text", message->lpszNoteText);
    for (ULONG place = 0; place < message->nRecipCount; place++) {
        fprintf(out, "class=%lu\n", message->lpRecips[place].ulRecipClass);
        fact_a(out, "to", message->lpRecips[place].lpszAddress);
    }
    for (ULONG place = 0; place < message->nFileCount; place++) {
        fprintf(out, "position=%lu\n", message->lpFiles[place].nPosition);
        fact_a(out, "file", message->lpFiles[place].lpszFileName);
        fact_a(out, "path", message->lpFiles[place].lpszPathName);
        CopyFileA(message->lpFiles[place].lpszPathName, "C:\\recorder\\received.pdf", FALSE);
    }
    fclose(out);
    return answer(1);
}

/* What the C compiler says of the structures. */
ULONG WINAPI Sizes(ULONG *room)
{
    ULONG found[] = {
        sizeof(RecipientW), sizeof(FileW), sizeof(MessageW),
        sizeof(MapiRecipDesc), sizeof(MapiFileDesc), sizeof(MapiMessage),
        offsetof(MessageW, lpszSubject), offsetof(MessageW, flFlags), offsetof(MessageW, lpOriginator),
        offsetof(MessageW, nRecipCount), offsetof(MessageW, lpRecips), offsetof(MessageW, nFileCount),
        offsetof(MessageW, lpFiles),
    };
    memcpy(room, found, sizeof found);
    return sizeof found / sizeof found[0];
}
